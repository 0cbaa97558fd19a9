#pragma once

#include "api/form_fields.h"
#include "api/query_reader.h"
#include "api/shape_reader.h"
#include "base/shape.h"
#include "coffer/result.h"

/// Requests of the AWS query protocol, which IAM and STS speak, from the member lists of their
/// structures; replies are `api/xml_codec.h`.
namespace coffer::api {

/// `form` as a request; parameters that are no members are ignored, Action and Version among them.
/// MalformedInput (kSerialization) for values of the wrong type, else one ValidationError
/// (kValidation) that names every broken constraint in the order of `Members()`.
template <base::Shape Request>
[[nodiscard]] Result<Request> DecodeQuery(const FormFields& form) {
  Request request;
  QueryReader reader;
  // A value of the wrong type ends the reading; the reader remembers why.
  static_cast<void>(codec::ReadShape(reader, form.root(), nullptr, request));
  RETURN_IF_ERROR(reader.Finish());
  return request;
}

}  // namespace coffer::api

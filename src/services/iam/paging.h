#pragma once

#include "base/shape.h"
#include "services/iam/shapes.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

/// Lists of IAM come in pages (AWS: IAM API reference, Marker and MaxItems). A marker is the key of
/// the last item that was shown, so that a page begins at the right place whatever was added or
/// removed since.
namespace coffer::services::iam {

/// The members of a request that is a Page.
template <class Request>
[[nodiscard]] constexpr auto PageMembers() {
  return std::tuple{base::Member<Request, std::optional<std::string>>{
                        "Marker", &Request::marker, {.range = kMarkerLength}},
                    base::Member<Request, std::optional<std::int64_t>>{
                        "MaxItems", &Request::max_items, {.range = kPageSize}}};
}

/// The reply of an operation that lists one kind of thing, in the member `kName`.
template <const std::string_view& kName, class Item>
struct ListReply {
  std::vector<Item> items;
  bool is_truncated = false;
  std::optional<std::string> marker;

  static constexpr auto Members() {
    return std::tuple{base::Required(kName, &ListReply::items),
                      base::Required("IsTruncated", &ListReply::is_truncated),
                      base::Optional("Marker", &ListReply::marker)};
  }
};

/// Chooses what belongs to a page of `Reply`, which has `is_truncated` and `marker`.
template <class Reply>
class Pager {
 public:
  /// Both must outlive this.
  Pager(const Page& page, Reply& reply) : page_(page), reply_(reply) {}

  /// Whether the item with this key, which comes behind those asked about before, is to be shown.
  [[nodiscard]] bool Wants(std::string_view key) {
    if (reply_.is_truncated || key <= page_.after()) return false;
    if (taken_ == page_.size()) {
      reply_.is_truncated = true;
      reply_.marker = last_key_;
      return false;
    }
    ++taken_;
    last_key_ = key;
    return true;
  }

 private:
  const Page& page_;
  Reply& reply_;
  std::size_t taken_ = 0;
  std::string last_key_;
};

}  // namespace coffer::services::iam

#pragma once

#include "api/call_facts.h"
#include "base/shape.h"

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace coffer::api {

namespace parameters {

// Secret values have types of their own, which become nothing here.
template <class T>
[[nodiscard]] policy::ContextValue ValueOf(const T& /*member*/) {
  return {};
}
[[nodiscard]] inline policy::ContextValue ValueOf(const std::string& member) { return member; }
[[nodiscard]] inline policy::ContextValue ValueOf(const bool& member) {
  return std::string(member ? "true" : "false");
}
[[nodiscard]] inline policy::ContextValue ValueOf(const std::int64_t& member) {
  return std::to_string(member);
}
[[nodiscard]] inline policy::ContextValue ValueOf(const std::vector<std::string>& member) {
  return member;
}
/// Of replicas their regions.
template <class T>
requires requires(const T& replica) {
  { replica.region } -> std::same_as<const std::optional<std::string>&>;
}
[[nodiscard]] policy::ContextValue ValueOf(const std::vector<T>& member) {
  std::vector<std::string> regions;
  for (const T& replica : member) {
    if (replica.region) regions.push_back(*replica.region);
  }
  return regions;
}
template <class T>
[[nodiscard]] policy::ContextValue ValueOf(const std::optional<T>& member) {
  return member ? ValueOf(*member) : policy::ContextValue();
}

template <class T>
[[nodiscard]] bool IsSent(const T& /*member*/) {
  return true;
}
template <class T>
[[nodiscard]] bool IsSent(const std::optional<T>& member) {
  return member.has_value();
}

[[nodiscard]] inline std::string_view TextOf(const std::string& text) { return text; }
[[nodiscard]] inline std::string_view TextOf(const std::optional<std::string>& text) {
  return text ? std::string_view(*text) : std::string_view();
}

template <class T>
[[nodiscard]] const T* ListOf(const T& list) {
  return &list;
}
template <class T>
[[nodiscard]] const T* ListOf(const std::optional<T>& list) {
  return list ? &*list : nullptr;
}

}  // namespace parameters

/// The members of a request as conditions see them.
template <base::Shape Request>
class ShapeParameters final : public RequestParameters {
 public:
  /// `request` must outlive this.
  explicit ShapeParameters(const Request& request) : request_(request) {}

  [[nodiscard]] policy::ContextValue Find(std::string_view name) const override {
    policy::ContextValue value;
    ForMember(name, [&](const auto& member) { value = parameters::ValueOf(member); });
    return value;
  }

  [[nodiscard]] bool Has(std::string_view name) const override {
    bool is_sent = false;
    ForMember(name, [&](const auto& member) { is_sent = parameters::IsSent(member); });
    return is_sent;
  }

  [[nodiscard]] std::vector<std::pair<std::string_view, std::string_view>> Tags() const override {
    std::vector<std::pair<std::string_view, std::string_view>> tags;
    if constexpr (requires { request_.tags; }) {
      if (const auto* list = parameters::ListOf(request_.tags)) {
        for (const auto& tag : *list) {
          tags.emplace_back(parameters::TextOf(tag.key), parameters::TextOf(tag.value));
        }
      }
    }
    return tags;
  }

 private:
  template <class Use>
  void ForMember(std::string_view name, Use use) const {
    const auto look = [&](const auto& member) {
      if (member.name == name) use(request_.*member.field);
    };
    std::apply([&](const auto&... member) { (look(member), ...); }, Request::Members());
  }

  const Request& request_;
};

}  // namespace coffer::api

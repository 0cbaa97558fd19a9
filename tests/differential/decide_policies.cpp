#include "support/policy_cases.h"

#include <boost/json.hpp>

#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <span>
#include <string>

// decide_policies CASES DECISIONS: what Coffer decides about each case, one JSON object a line, in
// the words of PolicyCase::expected; or `Error <why>`.

namespace {

std::string DecisionOf(const std::string& line) {
  try {
    const coffer::test::PolicyCase decided(boost::json::parse(line).as_object());
    return coffer::test::Describe(decided.Decide());
  } catch (const std::exception& error) {
    return std::string("Error ") + error.what();
  }
}

}  // namespace

int main(int count, char** given) {
  const std::span arguments(given, static_cast<std::size_t>(count));
  if (arguments.size() != 3) {
    std::cerr << "usage: decide_policies CASES DECISIONS\n";
    return EXIT_FAILURE;
  }
  std::ifstream cases(arguments[1]);
  std::ofstream decisions(arguments[2]);
  for (std::string line; std::getline(cases, line);) decisions << DecisionOf(line) << '\n';
  decisions.flush();
  return cases.eof() && decisions.good() ? EXIT_SUCCESS : EXIT_FAILURE;
}

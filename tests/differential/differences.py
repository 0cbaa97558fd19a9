"""Where Coffer and the simulator are known to decide differently, and the page of AWS's documentation
that settles each. run.py fails on any other disagreement.

A difference is about a condition, or about a whole case. Of the first kind, the evaluators must agree
once the condition is taken for true, and once for false.
"""

import dataclasses
import re
from collections.abc import Callable

from parts import as_list, at, conditions, document_paths, statements

GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
AUTHORIZATION = "https://docs.aws.amazon.com/service-authorization/latest/reference/"
OPERATORS = GUIDE + "reference_policies_elements_condition_operators.html"
SEVERAL_VALUES = GUIDE + "reference_policies_condition-logic-multiple-context-keys-or-values.html"
VARIABLES = GUIDE + "reference_policies_variables.html"

READABLE = {
    "Numeric": r"-?[0-9]+(\.[0-9]+)?",
    "Date": r"[0-9]+|[0-9]{4}-[0-9]{2}.*",
    "IpAddress": r"[0-9a-f:.]+(/[0-9]+)?",
    "Arn": r"arn(:[^:]*){4}:.*",
    "Binary": r"([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?",
}
VARIABLE = r"\$\{([^}*?$,]+)\}"  # Without default.


def is_any_value_if_exists(condition, _):
    return (condition.given is None and condition.is_of("ForAnyValue:")
            and condition.is_of("IfExists"))


def negates_null_variable(condition, case):
    held = {key.lower() for key, value in case["context"].items() if isinstance(value, str) and value}
    return (condition.takes_variables and condition.is_negated and any(
        name.strip().lower() not in held
        for value in condition.values for name in re.findall(VARIABLE, str(value))))


def has_variable_in_older_version(condition, _):
    return not condition.takes_variables and any("${" in str(value) for value in condition.values)


def has_character_in_exact_match(condition, _):
    return (condition.takes_variables and not condition.is_of("Like", "Arn")
            and any(re.search(r"\$\{[*?$]\}", str(value)) for value in condition.values))


def has_another_type(condition, _):
    kind = next((READABLE[kind] for kind in READABLE if condition.is_of(kind)), None)
    texts = [*condition.values, *(condition.given or [])]
    return kind is not None and not all(re.fullmatch(kind, str(text)) for text in texts)


def negates_address_of_another_family(condition, _):
    given = {":" in text for text in condition.given or []}
    return condition.is_of("NotIpAddress") and any(
        "/" not in value and given - {":" in value} for value in map(str, condition.values))


def has_all_addresses(condition, _):
    return condition.is_of("IpAddress") and "0.0.0.0/0" in condition.values


def has_date_of_digits(condition, _):
    return condition.is_of("Date") and any(
        str(text).isdigit() for text in [*condition.values, *(condition.given or [])])


def has_arn_of_another_scheme(condition, _):
    return condition.is_of("Arn") and any(
        re.fullmatch(r"(?!arn:)[^:]*(:[^:]*){4}:.*", str(value)) for value in condition.values)


def asks_empty_list(condition, _):
    return condition.is_of("Null") and condition.given == []


def has_own_resource_tag(case):
    return "secretsmanager:resourcetag/" in str(case).lower()


def has_wildcard_in_resource_type(case):
    return any(re.match(r"([^:]*:){5}[^:/]*[*?][^:/]*[:/]", pattern)
               for statement in statements(case) for element in ("Resource", "NotResource")
               for pattern in as_list(statement.get(element, [])))


def _names(element):
    return as_list(element) if not isinstance(element, dict) else [
        name for names in element.values() for name in as_list(names)]


def _levels_of(case):
    """All that the caller is, as NotPrincipal must list it to spare him."""
    caller = case["principal"]
    if not caller.startswith("arn:"):
        return {caller}
    account = caller.split(":")[4]
    levels = {caller, f"arn:aws:iam::{account}:root"}
    if ":federated-user/" in caller:
        levels.add(f"arn:aws:iam::{account}:user/{caller.rsplit('/', 1)[1]}")
    return levels | ({case["roleArn"]} if "roleArn" in case else set())


def not_principal_lists_caller_in_part(case):
    levels = _levels_of(case)
    listed = [levels & set(_names(statement["NotPrincipal"])) for statement in statements(case)
              if "NotPrincipal" in statement]
    return any(names and names != levels for names in listed)


def is_root(case):
    return case["principal"].endswith(":root")


def is_session_granted_directly(case):
    if "session" not in case or "resourcePolicy" not in case:
        return False
    return any({"*", case["principal"]} & set(_names(statement["Principal"]))
               for statement in as_list(case["resourcePolicy"]["Statement"])
               if statement["Effect"] == "Allow")


def is_federated_without_session_policy(case):
    return ":federated-user/" in case["principal"] and "session" not in case


def has_resource_variable_in_older_version(case):
    return any("${" in str([statement.get("Resource"), statement.get("NotResource")])
               for path in document_paths(case) if at(case, path).get("Version") != "2012-10-17"
               for statement in as_list(at(case, path)["Statement"]))


@dataclasses.dataclass(frozen=True)
class Difference:
    name: str
    simulator: str  # What it does otherwise.
    page: str
    about_condition: Callable | None = None  # (condition, case) -> bool
    about_case: Callable | None = None  # (case) -> bool
    is_error: bool = False  # The simulator decides nothing.

    def conditions_in(self, case):
        """The conditions of the case that the difference is about."""
        if self.about_condition is None:
            return []
        return [one for one in conditions(case) if self.about_condition(one, case)]

    def applies(self, case):
        return self.about_case(case) if self.about_case else bool(self.conditions_in(case))


DIFFERENCES = [
    Difference("ForAnyValue with IfExists", "ignores IfExists when the key is absent",
               OPERATORS + "#Conditions_IfExists", about_condition=is_any_value_if_exists),
    Difference("negated variable without value", "fails the condition instead of the match",
               VARIABLES + "#policy-vars-no-value", about_condition=negates_null_variable),
    Difference("variable in an older version", "expands variables in every version",
               GUIDE + "reference_policies_elements_version.html",
               about_condition=has_variable_in_older_version),
    Difference("variable in a resource of an older version", "expands variables in every version",
               GUIDE + "reference_policies_elements_version.html",
               about_case=has_resource_variable_in_older_version),
    Difference("special character in an exact match", "keeps ${*}, ${?} and ${$} as they are",
               VARIABLES + "#policy-vars-specialchars", about_condition=has_character_in_exact_match),
    Difference("first segment of an ARN", "does not compare it", OPERATORS + "#Conditions_ARN",
               about_condition=has_arn_of_another_scheme),
    Difference("text of another type", "fails negated conditions for it, and reads some as numbers",
               SEVERAL_VALUES, about_condition=has_another_type),
    Difference("NotIpAddress and the other family", "fails the condition instead of the match",
               OPERATORS + "#Conditions_IPAddress",
               about_condition=negates_address_of_another_family),
    Difference("0.0.0.0/0", "matches no address", OPERATORS + "#Conditions_IPAddress",
               about_condition=has_all_addresses),
    Difference("date of digits", "reads milliseconds, not seconds or a year",
               OPERATORS + "#Conditions_Date", about_condition=has_date_of_digits),
    Difference("empty list", "takes it for a value", OPERATORS + "#Conditions_Null",
               about_condition=asks_empty_list),
    Difference("secretsmanager:ResourceTag", "does not know its own name for the key, and stops",
               AUTHORIZATION + "list_awssecretsmanager.html", about_case=has_own_resource_tag,
               is_error=True),
    Difference("wildcard in the type of a resource", "matches no resource",
               GUIDE + "reference_policies_elements_resource.html",
               about_case=has_wildcard_in_resource_type),
    Difference("NotPrincipal that lists a part of the caller",
               "spares whoever is listed himself or by his account",
               GUIDE + "reference_policies_elements_notprincipal.html#specifying-notprincipal",
               about_case=not_principal_lists_caller_in_part),
    Difference("root user", "has no rule for it", GUIDE + "id_root-user.html", about_case=is_root),
    Difference("session policy and a direct grant", "limits what a resource policy grants the session",
               GUIDE + "access_policies.html#policies_session",
               about_case=is_session_granted_directly),
    Difference("federated user without session policy", "has no rule for it",
               "https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html",
               about_case=is_federated_without_session_policy),
]

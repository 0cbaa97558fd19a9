#include "api/dispatcher.h"

#include "sql/sqlite_database.h"
#include "store/schema.h"
#include "support/api_over_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace coffer::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// A database in memory whose writes can be made to end as a test wants.
class ScriptedDatabase final : public Database {
 public:
  void Read(const std::function<void(Transaction&)>& body) override {
    if (fails_reads) throw SqlError("disk I/O error near the secret text");
    real_.Read(body);
  }
  bool Submit(WriteJob job) override {
    if (is_full) return false;
    if (outcome) {
      job.done = [wanted = *outcome, done = std::move(job.done)](WriteOutcome, std::exception_ptr) {
        done(wanted, nullptr);
      };
    }
    return real_.Submit(std::move(job));
  }
  void Write(const std::function<void(Transaction&)>& body) override { real_.Write(body); }

  bool fails_reads = false;
  bool is_full = false;
  std::optional<WriteOutcome> outcome;

 private:
  sql::SqliteDatabase real_{sql::SqliteOptions{}, store::SqliteSchema()};
};

class DispatcherTest : public ::testing::Test {
 protected:
  std::string Call(std::string_view operation, std::string_view body) {
    return api_.Call(operation, body);
  }
  std::string Send(std::string_view method, std::string_view path,
                   const std::vector<base::HttpHeader>& headers, std::string_view body) {
    return api_.Send(method, path, headers, body);
  }

  static constexpr std::string_view kCreate =
      R"({"Name":"a","SecretString":"s3cret","ClientRequestToken":"0123456789abcdef0123456789abcdef"})";

  ScriptedDatabase database_;
  test::ApiOverDatabase api_{database_};
  const base::HttpReply& reply_ = api_.reply();
};

TEST_F(DispatcherTest, AWriteIsAnsweredAfterItsCommitAndCanBeRead) {
  EXPECT_THAT(Call("CreateSecret", kCreate), HasSubstr(R"("Name":"a","VersionId":"01234567)"));
  EXPECT_EQ(reply_.status, 200);
  EXPECT_EQ(reply_.content_type, "application/x-amz-json-1.1");
  EXPECT_THAT(Call("GetSecretValue", R"({"SecretId":"a"})"),
              HasSubstr(R"("SecretString":"s3cret")"));
}

TEST_F(DispatcherTest, ARefusalKeepsNothingOfTheWrite) {
  Call("CreateSecret", kCreate);
  const std::string again = R"({"SecretId":"a","Description":"d","SecretString":"other",)"
                            R"("ClientRequestToken":"0123456789abcdef0123456789abcdef"})";

  EXPECT_THAT(Call("UpdateSecret", again), HasSubstr("ResourceExistsException"));
  EXPECT_EQ(reply_.status, 400);
  EXPECT_THAT(Call("DescribeSecret", R"({"SecretId":"a"})"), Not(HasSubstr("Description")));
}

TEST_F(DispatcherTest, UnknownOperationsAndMethodsComeFirst) {
  const std::string unknown = R"({"__type":"UnknownOperationException"})";
  EXPECT_EQ(Call("NoSuchThing", "not json"), unknown);
  EXPECT_EQ(Send("POST", "/", {}, ""), unknown);
  EXPECT_EQ(Send("GET", "/", {{"X-Amz-Target", "secretsmanager.GetSecretValue"}}, ""), unknown);
  EXPECT_EQ(
      Send("POST", "/", {{"X-Amz-Target", "secretsmanager.GetSecretValue"}}, "not json"),
      R"({"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"})");
}

TEST_F(DispatcherTest, OnlyGetCallerIdentityMayBePresigned) {
  constexpr std::string_view kSigned =
      "&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=test%2F20260115%2Fus-east-1%2Fsts%2Faws4_"
      "request&X-Amz-Date=20260115T120000Z&X-Amz-SignedHeaders=host&X-Amz-Signature=00";
  const auto get = [&](std::string_view query) {
    return Send("GET", "/?" + std::string(query) + std::string(kSigned), {}, "");
  };
  EXPECT_THAT(get("Action=GetCallerIdentity&Version=2011-06-15"),
              HasSubstr("<Arn>arn:aws:iam::000000000000:root</Arn>"));
  EXPECT_EQ(reply_.status, 200);
  EXPECT_EQ(reply_.content_type, "text/xml");

  struct Case {
    std::string_view query;
    std::string_view code;
    std::string_view message;
  };
  const Case cases[] = {
      {"Action=AssumeRole&Version=2011-06-15", "InvalidAction",
       "Only GetCallerIdentity can be presigned. Sign AssumeRole in the Authorization header of a "
       "POST."},
      {"Action=ListUsers&Version=2010-05-08", "InvalidAction",
       "Only GetCallerIdentity can be presigned. Sign ListUsers in the Authorization header of a "
       "POST."},
      {"Action=GetCallerIdentity&Version=2010-05-08", "InvalidAction",
       "Could not find operation GetCallerIdentity for version 2010-05-08"},
      {"Action=GetCallerIdentity", "InvalidAction",
       "Could not find operation GetCallerIdentity for version NO_VERSION_SPECIFIED"},
      {"Action=&Version=2011-06-15", "MissingAction",
       "The request is missing an action or a required parameter."},
      {"Action=GetCallerIdentity&Version=%x", "MalformedQueryString",
       "Illegal hex character in escape % pattern: %x&amp;"},
  };
  for (const Case& c : cases) {
    const std::string body = get(c.query);
    EXPECT_THAT(body, HasSubstr("<Code>" + std::string(c.code) + "</Code>")) << c.query;
    EXPECT_THAT(body, HasSubstr("<Message>" + std::string(c.message) + "</Message>")) << c.query;
  }
  for (const std::string_view query : {"SecretId=a", "Version=2011-06-15"}) {
    EXPECT_EQ(get(query), R"({"__type":"UnknownOperationException"})") << query;
  }
  EXPECT_EQ(Send("GET", "/?Action=GetCallerIdentity&Version=2011-06-15", {}, ""),
            R"({"__type":"UnknownOperationException"})");
}

struct OutcomeCase {
  WriteOutcome outcome;
  std::string expected;
};

TEST_F(DispatcherTest, AWriteThatIsNotDurableIsNeverAnsweredAsDone) {
  for (const OutcomeCase& test :
       std::vector<OutcomeCase>{{WriteOutcome::kFailed, "was not made. Try again."},
                                {WriteOutcome::kUnknown, "same ClientRequestToken again."}}) {
    database_.outcome = test.outcome;
    const std::string body = Call("CreateSecret", kCreate);
    EXPECT_EQ(reply_.status, 500);
    EXPECT_THAT(body, HasSubstr("InternalServiceError"));
    EXPECT_THAT(body, HasSubstr(test.expected));
    EXPECT_THAT(body, Not(HasSubstr("ARN")));
  }
}

TEST_F(DispatcherTest, AFullQueueIsThrottling) {
  database_.is_full = true;
  EXPECT_EQ(Call("CreateSecret", kCreate),
            R"({"__type":"ThrottlingException","message":"Rate exceeded"})");
}

TEST_F(DispatcherTest, AFailingDatabaseIsAnInternalErrorWithoutItsText) {
  database_.fails_reads = true;
  const std::string body = Call("GetSecretValue", R"({"SecretId":"a"})");
  EXPECT_EQ(reply_.status, 500);
  EXPECT_THAT(body, HasSubstr("InternalServiceError"));
  EXPECT_THAT(body, Not(HasSubstr("disk")));
}

TEST_F(DispatcherTest, ADamagedRowIsRefusedAloneAndOthersAreServed) {
  Call("CreateSecret", kCreate);
  Call(
      "CreateSecret",
      R"({"Name":"b","SecretString":"x","ClientRequestToken":"b123456789abcdef0123456789abcdef"})");
  database_.Write([](Transaction& transaction) {
    static constexpr Statement kEdit{"UPDATE secrets SET description = 'edited' WHERE name = $1"};
    transaction.Execute(kEdit, {std::string_view("a")});
  });

  Call("GetSecretValue", R"({"SecretId":"a"})");
  EXPECT_EQ(reply_.status, 500);
  Call("GetSecretValue", R"({"SecretId":"b"})");
  EXPECT_EQ(reply_.status, 200);
}

TEST_F(DispatcherTest, EachReplyHasARequestIdOfItsOwn) {
  Call("GetRandomPassword", "{}");
  const std::string first = reply_.request_id;
  Call("GetRandomPassword", "{}");
  EXPECT_EQ(first.size(), 36U);
  EXPECT_NE(reply_.request_id, first);
}

}  // namespace
}  // namespace coffer::api

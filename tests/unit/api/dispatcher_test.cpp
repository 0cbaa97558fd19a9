#include "api/dispatcher.h"

#include "api/access_keys.h"
#include "api/error_table.h"
#include "keyring/envelope.h"
#include "keyring/keyring.h"
#include "sql/sqlite_database.h"
#include "store/schema.h"
#include "support/fake_clock.h"
#include "support/fake_random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
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
  // Signatures are not what is tested here: any is trusted.
  std::string Call(std::string_view operation, std::string_view body) {
    const std::string target = "secretsmanager." + std::string(operation);
    const std::string authorization =
        "AWS4-HMAC-SHA256 Credential=test/20260115/us-east-1/secretsmanager/aws4_request, "
        "SignedHeaders=host;x-amz-date;x-amz-target, Signature=" +
        std::string(64, '0');
    const std::vector<base::HttpHeader> headers{{"Host", "localhost"},
                                                {"X-Amz-Date", "20260115T120000Z"},
                                                {"X-Amz-Target", target},
                                                {"Authorization", authorization}};
    return Send("POST", "/", headers, body);
  }

  std::string Send(std::string_view method, std::string_view path,
                   const std::vector<base::HttpHeader>& headers, std::string_view body) {
    base::HttpRequest request;
    request.method = method;
    request.target = path;
    request.headers = headers;
    request.body = body;
    reply_.Reset();
    if (auto pending = dispatcher_.Handle(request, reply_)) {
      std::promise<void> resumed;
      (*pending)([&resumed] { resumed.set_value(); });
      resumed.get_future().wait();
    }
    return std::string(reply_.body.body());
  }

  static constexpr std::string_view kCreate =
      R"({"Name":"a","SecretString":"s3cret","ClientRequestToken":"0123456789abcdef0123456789abcdef"})";

  test::FakeClock clock_;
  test::FakeRandom random_;
  ScriptedDatabase database_;
  keyring::Keyring keyring_{database_, SecretBytes(32), random_, clock_};
  store::SecretStore secrets_{keyring_.row_mac(), 0};
  keyring::Envelope envelope_{keyring_, random_};
  sm::Service service_{.secrets = secrets_,
                       .keyring = keyring_,
                       .envelope = envelope_,
                       .random = random_,
                       .clock = clock_,
                       .error_name = [](ErrorCode code) { return FindError(code).name; },
                       .create_unknown_keys = true};
  AccessKeys access_keys_{
      database_, keyring_, {.built_in = true, .default_account = "000000000000"}};
  sigv4::Verifier verifier_{access_keys_, {.regions = {"us-east-1"}, .trust_any_signature = true}};
  LocalEndpoints local_endpoints_{{.version = "test", .test_clock = nullptr}};
  Dispatcher dispatcher_{{.database = database_,
                          .service = service_,
                          .verifier = verifier_,
                          .local_endpoints = local_endpoints_,
                          .system_clock = clock_,
                          .random = random_}};
  base::HttpReply reply_;
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

TEST_F(DispatcherTest, OperationsThatAreNotBuiltSaySo) {
  EXPECT_THAT(Call("RotateSecret", R"({"SecretId":"a"})"),
              HasSubstr("Coffer does not implement RotateSecret yet."));
  EXPECT_EQ(reply_.status, 400);
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

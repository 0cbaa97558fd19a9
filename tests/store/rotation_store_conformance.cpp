#include "store/rotation_store_conformance.h"

#include <array>

namespace coffer::test {

using store::IntegrityError;

TEST_P(RotationStoreConformance, ARotationAndItsJobComeBack) {
  const std::int64_t secret_id = AddRotated();
  Read([&](Transaction& transaction) {
    const auto stored = store_.Find(transaction, secret_id);
    ASSERT_TRUE(stored.has_value());
    EXPECT_EQ(stored->rotation.function_arn, "arn:aws:lambda:f");
    EXPECT_EQ(stored->due, At(10));
    EXPECT_EQ(store_.FindJob(transaction, job_.id), job_);
    EXPECT_EQ(store_.FindLiveJob(transaction, secret_id), job_);
    store_.ForEach(transaction, [](const IntegrityError& error) { ADD_FAILURE() << error.what(); });
  });
}

TEST_P(RotationStoreConformance, AnEditedRotationIsNoticed) {
  static constexpr std::array kEdits = {
      Statement{"UPDATE rotations SET due_at = due_at + 1"},
      Statement{"UPDATE rotations SET body = replace(body, 'lambda:f', 'lambda:g')"},
      Statement{"UPDATE rotations SET body = replace(body, 'true', 'false')"},
  };
  const std::int64_t secret_id = AddRotated();
  for (const Statement& edit : kEdits) {
    int damaged = 0;
    const auto edit_and_read = [&](Transaction& transaction) {
      EXPECT_EQ(transaction.Execute(edit, {}), 1) << edit.sql;
      store_.ForEach(transaction, [&](const IntegrityError&) { ++damaged; });
      static_cast<void>(store_.Find(transaction, secret_id));
    };
    // The exception takes the edit back.
    EXPECT_THROW(Write(edit_and_read), IntegrityError) << edit.sql;
    EXPECT_EQ(damaged, 1) << edit.sql;
  }
}

TEST_P(RotationStoreConformance, AnEditedJobIsNoticed) {
  static constexpr std::array kEdits = {
      Statement{"UPDATE rotation_jobs SET kind = 1"},
      Statement{"UPDATE rotation_jobs SET state = 2"},
      Statement{"UPDATE rotation_jobs SET wake_at = NULL"},
      Statement{"UPDATE rotation_jobs SET body = replace(body, '\"attempt\":2', '\"attempt\":1')"},
      Statement{"UPDATE rotation_jobs SET body = replace(body, '\"version\":\"v\"', "
                "'\"version\":\"w\"')"},
  };
  AddRotated();
  for (const Statement& edit : kEdits) {
    int damaged = 0;
    const auto edit_and_read = [&](Transaction& transaction) {
      EXPECT_EQ(transaction.Execute(edit, {}), 1) << edit.sql;
      store_.ForEach(transaction, [&](const IntegrityError&) { ++damaged; });
      static_cast<void>(store_.FindJob(transaction, job_.id));
    };
    EXPECT_THROW(Write(edit_and_read), IntegrityError) << edit.sql;
    EXPECT_EQ(damaged, 1) << edit.sql;
  }
}

}  // namespace coffer::test

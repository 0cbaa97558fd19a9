#include "store/schema.h"

#include <array>

namespace coffer::store {

namespace {

// Times are milliseconds since 1970, days are numbers since then, -1 stands for "never read".
// Every index of a listing ends in the rowid, which is secret_id, so a page starts at any position.
// Active and scheduled secrets have indexes of their own: neither has to step over the other.
constexpr std::string_view kFirstSchema = R"sql(
CREATE TABLE meta(k TEXT PRIMARY KEY, v BLOB NOT NULL) STRICT;

-- Numbers that must never be given out twice, even for rows that are long gone.
CREATE TABLE sequences(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
INSERT INTO sequences(name, value) VALUES('secrets', 0), ('access_flush', 0);

CREATE TABLE keys(
  key_id BLOB PRIMARY KEY,
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  name TEXT NOT NULL,
  is_default INTEGER NOT NULL,
  primary_version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  row_mac BLOB NOT NULL,
  UNIQUE(account, region, name)) STRICT;
CREATE UNIQUE INDEX keys_default ON keys(account, region) WHERE is_default = 1;

CREATE TABLE key_versions(
  key_id BLOB NOT NULL REFERENCES keys,
  version INTEGER NOT NULL,
  master_version INTEGER NOT NULL,
  wrapped BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  row_mac BLOB NOT NULL,
  PRIMARY KEY(key_id, version)) STRICT;

CREATE TABLE key_aliases(
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  alias TEXT NOT NULL,
  key_id BLOB NOT NULL REFERENCES keys,
  row_mac BLOB NOT NULL,
  PRIMARY KEY(account, region, alias)) STRICT;

CREATE TABLE access_keys(
  access_key_id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  principal_arn TEXT NOT NULL,
  sealed_secret BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  row_mac BLOB NOT NULL) STRICT;

CREATE TABLE secrets(
  secret_id INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  name TEXT NOT NULL,
  arn_suffix TEXT NOT NULL,
  description TEXT,
  kms_key_id TEXT,
  type TEXT,
  owning_service TEXT,
  primary_region TEXT,
  resource_policy TEXT,
  tags BLOB,
  labels BLOB NOT NULL,
  version_count INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  accessed_day INTEGER NOT NULL,
  deleted_at INTEGER,
  purge_at INTEGER,
  generation INTEGER NOT NULL,
  row_mac BLOB NOT NULL,
  UNIQUE(account, region, name)) STRICT;
CREATE INDEX active_secrets_by_name ON secrets(account, region, name) WHERE deleted_at IS NULL;
CREATE INDEX active_secrets_by_creation
  ON secrets(account, region, created_at) WHERE deleted_at IS NULL;
CREATE INDEX active_secrets_by_change
  ON secrets(account, region, changed_at) WHERE deleted_at IS NULL;
CREATE INDEX active_secrets_by_access
  ON secrets(account, region, accessed_day) WHERE deleted_at IS NULL;
CREATE INDEX deleted_secrets_by_creation
  ON secrets(account, region, created_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX deleted_secrets_by_change
  ON secrets(account, region, changed_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX deleted_secrets_by_access
  ON secrets(account, region, accessed_day) WHERE deleted_at IS NOT NULL;
CREATE INDEX secrets_by_purge ON secrets(purge_at) WHERE purge_at IS NOT NULL;

-- The record comes last: it is long, and lists of versions do not want it.
CREATE TABLE secret_versions(
  secret_id INTEGER NOT NULL REFERENCES secrets,
  version_id TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  accessed_day INTEGER NOT NULL,
  key_id BLOB NOT NULL,
  key_version INTEGER NOT NULL,
  row_mac BLOB NOT NULL,
  wrapped_data_key BLOB,
  record BLOB,
  PRIMARY KEY(secret_id, version_id),
  CHECK((wrapped_data_key IS NULL) = (record IS NULL))) STRICT;
CREATE INDEX secret_versions_by_key ON secret_versions(key_id, key_version);
)sql";

// The body is the whole entity as JSON: identities are few, and nothing is asked of them but by
// name, id or owner.
constexpr std::string_view kIdentities = R"sql(
CREATE TABLE identities(
  identity_id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  kind TEXT NOT NULL,
  name_key TEXT NOT NULL,
  owner TEXT NOT NULL,
  body TEXT NOT NULL,
  generation INTEGER NOT NULL,
  row_mac BLOB NOT NULL,
  UNIQUE(account, kind, name_key)) STRICT;
CREATE INDEX identities_by_owner ON identities(owner, kind, name_key) WHERE owner <> '';
)sql";

// A table of its own, so that the rows of keys that are there already stay as they are.
constexpr std::string_view kKeySettings = R"sql(
CREATE TABLE key_settings(
  key_id BLOB PRIMARY KEY REFERENCES keys,
  description TEXT NOT NULL,
  is_enabled INTEGER NOT NULL,
  policy TEXT,
  tags BLOB NOT NULL,
  row_mac BLOB NOT NULL) STRICT;
)sql";

// Apart from the identities: a use changes none of them. What belongs to one ends with it.
constexpr std::string_view kIdentityUses = R"sql(
CREATE TABLE identity_uses(
  identity_id TEXT PRIMARY KEY REFERENCES identities ON DELETE CASCADE,
  used_at INTEGER NOT NULL,
  service TEXT NOT NULL,
  region TEXT NOT NULL,
  row_mac BLOB NOT NULL) STRICT;
)sql";

// The bodies are JSON, as those of identities. What has to be found by its time is a column: an
// index holds only rows that wait for something, so that a schedule that is far away costs nothing.
constexpr std::string_view kRotations = R"sql(
INSERT INTO sequences(name, value) VALUES('rotation_jobs', 0);

CREATE TABLE rotations(
  secret_id INTEGER PRIMARY KEY REFERENCES secrets ON DELETE CASCADE,
  due_at INTEGER,
  body TEXT NOT NULL,
  row_mac BLOB NOT NULL) STRICT;
CREATE INDEX rotations_by_due ON rotations(due_at) WHERE due_at IS NOT NULL;

CREATE TABLE rotation_jobs(
  job_id INTEGER PRIMARY KEY,
  secret_id INTEGER NOT NULL REFERENCES secrets ON DELETE CASCADE,
  kind INTEGER NOT NULL,
  state INTEGER NOT NULL,
  is_live INTEGER NOT NULL,
  wake_at INTEGER,
  body TEXT NOT NULL,
  row_mac BLOB NOT NULL) STRICT;
CREATE UNIQUE INDEX rotation_jobs_live ON rotation_jobs(secret_id) WHERE is_live = 1;
CREATE INDEX rotation_jobs_by_secret ON rotation_jobs(secret_id);
CREATE INDEX rotation_jobs_by_wake ON rotation_jobs(wake_at) WHERE wake_at IS NOT NULL;
)sql";

// So that a function's next job is found behind thousands of another's. It is not under the MAC: it
// only says in whose queue a job stands; which function runs it is in the body. Jobs that were
// there before have a queue of their own.
constexpr std::string_view kRotationQueues = R"sql(
ALTER TABLE rotation_jobs ADD COLUMN function_arn TEXT NOT NULL DEFAULT '';
CREATE INDEX rotation_jobs_by_function ON rotation_jobs(function_arn, wake_at)
  WHERE is_live = 1 AND wake_at IS NOT NULL;
)sql";

// A table of its own, so that secrets without replicas carry nothing. has_failed is not under the
// MAC: it only says where to look.
constexpr std::string_view kReplications = R"sql(
CREATE TABLE replications(
  secret_id INTEGER PRIMARY KEY REFERENCES secrets ON DELETE CASCADE,
  has_failed INTEGER NOT NULL,
  body TEXT NOT NULL,
  row_mac BLOB NOT NULL) STRICT;
CREATE INDEX replications_failed ON replications(secret_id) WHERE has_failed = 1;
)sql";

// What is known of the versions of the master key, so that a start can say which of them it was not
// given. Data from before has no row: its first start adds that of version 1.
constexpr std::string_view kMasterKeys = R"sql(
CREATE TABLE master_keys(
  version INTEGER PRIMARY KEY,
  created_at INTEGER NOT NULL,
  retired_at INTEGER,
  check_value BLOB NOT NULL,
  salt BLOB NOT NULL,
  row_mac BLOB NOT NULL) STRICT;
CREATE INDEX key_versions_by_master ON key_versions(master_version);
)sql";

// Apart from the keys and their settings, so that the rows of keys that are there already stay as
// they are. The dates of aliases are shown and decide nothing, so they are under no MAC.
constexpr std::string_view kKeyLives = R"sql(
CREATE TABLE key_lives(
  key_id BLOB PRIMARY KEY REFERENCES keys,
  destroy_at INTEGER,
  rotate_at INTEGER,
  body TEXT NOT NULL,
  row_mac BLOB NOT NULL) STRICT;
CREATE INDEX key_lives_by_end ON key_lives(destroy_at) WHERE destroy_at IS NOT NULL;
CREATE INDEX key_lives_by_rotation ON key_lives(rotate_at) WHERE rotate_at IS NOT NULL;
CREATE INDEX key_aliases_by_key ON key_aliases(key_id);
ALTER TABLE key_aliases ADD COLUMN created_at INTEGER;
ALTER TABLE key_aliases ADD COLUMN updated_at INTEGER;
)sql";

constexpr std::array kSteps{sql::SchemaStep{1, "secrets and keys", kFirstSchema},
                            sql::SchemaStep{2, "identities", kIdentities},
                            sql::SchemaStep{3, "settings of keys", kKeySettings},
                            sql::SchemaStep{4, "uses of identities", kIdentityUses},
                            sql::SchemaStep{5, "rotations", kRotations},
                            sql::SchemaStep{6, "queues of rotations", kRotationQueues},
                            sql::SchemaStep{7, "replicas", kReplications},
                            sql::SchemaStep{8, "versions of the master key", kMasterKeys},
                            sql::SchemaStep{9, "lives of keys", kKeyLives}};

}  // namespace

std::span<const sql::SchemaStep> SqliteSchema() { return kSteps; }

}  // namespace coffer::store

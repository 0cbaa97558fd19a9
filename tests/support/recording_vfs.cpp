#include "support/recording_vfs.h"

#include <sqlite3.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <new>
#include <stdexcept>
#include <utility>

namespace coffer::test {

namespace {

constexpr std::chrono::seconds kAbsurdlyLong{30};

/// What SQLite holds for an open file; the default VFS's own part follows it in the same block.
struct RecordedFile : sqlite3_file {
  RecordingVfs* recorder = nullptr;
  FileKind kind = FileKind::kOther;
  const char* path = nullptr;

  [[nodiscard]] sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

RecordedFile& Recorded(sqlite3_file* file) { return *static_cast<RecordedFile*>(file); }
sqlite3_file* Real(sqlite3_file* file) { return Recorded(file).real(); }

FileKind KindOf(int flags) {
  if ((flags & SQLITE_OPEN_MAIN_DB) != 0) return FileKind::kDatabase;
  if ((flags & SQLITE_OPEN_WAL) != 0) return FileKind::kWal;
  return FileKind::kOther;
}

bool IsSharedShorterThan(const char* database, int size) {
  std::error_code missing;
  const auto length = std::filesystem::file_size(std::string(database) + "-shm", missing);
  return missing || length < static_cast<std::uintmax_t>(size);
}

/// Does as the fault says: the code to answer, with errno set.
int Strike(const InjectedFault& fault) {
  errno = fault.system_error;
  return fault.code;
}

std::string ContentOf(const char* path) {
  std::ifstream content(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(content), {}};
}

}  // namespace

/// The functions that SQLite calls.
struct RecordingVfsCalls {
  static RecordingVfs& Recorder(sqlite3_vfs* vfs) {
    return *static_cast<RecordingVfs*>(vfs->pAppData);
  }
  static std::optional<InjectedFault> Observe(sqlite3_file* file, FileOperation operation) {
    return Recorded(file).recorder->Observe(operation, Recorded(file).kind);
  }
  /// Files without a name are temporary, and none of a power cut's business.
  static void Note(sqlite3_file* file, DiskEvent event) {
    if (Recorded(file).path == nullptr) return;
    event.path = Recorded(file).path;
    Recorded(file).recorder->Note(std::move(event));
  }

  static int Open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags,
                  int* out_flags) {
    sqlite3_vfs* real_vfs = sqlite3_vfs_find(nullptr);
    auto* recorded = new (file) RecordedFile;
    recorded->pMethods = nullptr;
    recorded->recorder = &Recorder(vfs);
    recorded->kind = KindOf(flags);
    recorded->path = path;  // SQLite keeps it as long as the file is open.
    if (const auto fault = Observe(file, FileOperation::kOpen)) {
      return Strike(*fault);
    }
    DiskEvent opened{.kind = DiskEvent::Kind::kOpened};
    if (path != nullptr && !recorded->recorder->Knows(path)) {
      // What was there before it was first opened is taken to be on the disk.
      opened.is_on_disk = std::filesystem::exists(path);
      if (opened.is_on_disk) opened.bytes = ContentOf(path);
    }
    const int code = real_vfs->xOpen(real_vfs, path, recorded->real(), flags, out_flags);
    if (code != SQLITE_OK) return code;
    recorded->pMethods = &kMethods;
    Note(file, std::move(opened));
    return SQLITE_OK;
  }

  static int Delete(sqlite3_vfs* vfs, const char* path, int sync_directory) {
    sqlite3_vfs* real_vfs = sqlite3_vfs_find(nullptr);
    if (const auto fault = Recorder(vfs).Observe(FileOperation::kDelete, FileKind::kOther)) {
      return Strike(*fault);
    }
    const int code = real_vfs->xDelete(real_vfs, path, 0);
    if (code == SQLITE_OK) {
      Recorder(vfs).Note(
          {.kind = DiskEvent::Kind::kDeleted, .path = path, .is_on_disk = sync_directory != 0});
    }
    return code;
  }

  static int Close(sqlite3_file* file) { return Real(file)->pMethods->xClose(Real(file)); }

  static int Read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
    if (const auto fault = Observe(file, FileOperation::kRead)) return Strike(*fault);
    return Real(file)->pMethods->xRead(Real(file), out, size, offset);
  }

  static int Write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
    const auto fault = Observe(file, FileOperation::kWrite);
    if (fault && !fault->writes_a_part) return Strike(*fault);
    const int written = fault ? size / 2 : size;
    const int code = Real(file)->pMethods->xWrite(Real(file), bytes, written, offset);
    if (code == SQLITE_OK) {
      Note(file, {.kind = DiskEvent::Kind::kWritten,
                  .offset = static_cast<std::size_t>(offset),
                  .bytes = {static_cast<const char*>(bytes), static_cast<std::size_t>(written)}});
    }
    return fault ? Strike(*fault) : code;
  }

  static int Truncate(sqlite3_file* file, sqlite3_int64 size) {
    if (const auto fault = Observe(file, FileOperation::kTruncate)) return Strike(*fault);
    const int code = Real(file)->pMethods->xTruncate(Real(file), size);
    if (code == SQLITE_OK) {
      Note(file, {.kind = DiskEvent::Kind::kTruncated, .offset = static_cast<std::size_t>(size)});
    }
    return code;
  }

  static int Sync(sqlite3_file* file, int /*flags*/) {
    if (const auto fault = Observe(file, FileOperation::kSync)) return Strike(*fault);
    Note(file, {.kind = DiskEvent::Kind::kSynced});
    return SQLITE_OK;
  }

  static int FileSize(sqlite3_file* file, sqlite3_int64* size) {
    return Real(file)->pMethods->xFileSize(Real(file), size);
  }
  static int Lock(sqlite3_file* file, int level) {
    return Real(file)->pMethods->xLock(Real(file), level);
  }
  static int Unlock(sqlite3_file* file, int level) {
    return Real(file)->pMethods->xUnlock(Real(file), level);
  }
  static int CheckReservedLock(sqlite3_file* file, int* is_reserved) {
    return Real(file)->pMethods->xCheckReservedLock(Real(file), is_reserved);
  }
  static int FileControl(sqlite3_file* file, int operation, void* argument) {
    return Real(file)->pMethods->xFileControl(Real(file), operation, argument);
  }
  static int SectorSize(sqlite3_file* file) {
    return Real(file)->pMethods->xSectorSize(Real(file));
  }
  static int DeviceCharacteristics(sqlite3_file* file) {
    return Real(file)->pMethods->xDeviceCharacteristics(Real(file));
  }
  static int ShmMap(sqlite3_file* file, int page, int page_size, int extend,
                    void volatile** memory) {
    if (const auto fault = Observe(file, FileOperation::kMapShared)) return Strike(*fault);
    if (extend != 0 && IsSharedShorterThan(Recorded(file).path, (page + 1) * page_size)) {
      if (const auto fault = Observe(file, FileOperation::kExtendShared)) return Strike(*fault);
    }
    return Real(file)->pMethods->xShmMap(Real(file), page, page_size, extend, memory);
  }
  static int ShmLock(sqlite3_file* file, int offset, int count, int flags) {
    return Real(file)->pMethods->xShmLock(Real(file), offset, count, flags);
  }
  static void ShmBarrier(sqlite3_file* file) { Real(file)->pMethods->xShmBarrier(Real(file)); }
  static int ShmUnmap(sqlite3_file* file, int delete_it) {
    return Real(file)->pMethods->xShmUnmap(Real(file), delete_it);
  }

  // Version 2: without the memory-mapped reads of version 3, which would pass us by.
  static constexpr sqlite3_io_methods kMethods{2,
                                               Close,
                                               Read,
                                               Write,
                                               Truncate,
                                               Sync,
                                               FileSize,
                                               Lock,
                                               Unlock,
                                               CheckReservedLock,
                                               FileControl,
                                               SectorSize,
                                               DeviceCharacteristics,
                                               ShmMap,
                                               ShmLock,
                                               ShmBarrier,
                                               ShmUnmap,
                                               nullptr,
                                               nullptr};
};

RecordingVfs::RecordingVfs() {
  static std::atomic<int> next_number = 0;
  name_ = "recording-" + std::to_string(next_number++);
  sqlite3_initialize();
  const sqlite3_vfs* real_vfs = sqlite3_vfs_find(nullptr);
  vfs_ = std::make_unique<sqlite3_vfs>(*real_vfs);
  vfs_->szOsFile = static_cast<int>(sizeof(RecordedFile)) + real_vfs->szOsFile;
  vfs_->pNext = nullptr;
  vfs_->zName = name_.c_str();
  vfs_->pAppData = this;
  vfs_->xOpen = RecordingVfsCalls::Open;
  vfs_->xDelete = RecordingVfsCalls::Delete;
  if (sqlite3_vfs_register(vfs_.get(), 0) != SQLITE_OK) {
    throw std::runtime_error("the VFS could not be registered");
  }
}

RecordingVfs::~RecordingVfs() { sqlite3_vfs_unregister(vfs_.get()); }

void RecordingVfs::WriteSyncedImage(const std::filesystem::path& directory) const {
  const std::scoped_lock lock(record_mutex_);
  std::mt19937 unused;
  disk_.WriteImage(directory, PowerCut::kNothingUnsyncedIsKept, unused);
}

void RecordingVfs::StartRecording() {
  const std::scoped_lock lock(record_mutex_);
  is_recording_ = true;
  recording_ = {.before = disk_, .events = {}};
}

std::size_t RecordingVfs::CountOfEvents() const {
  const std::scoped_lock lock(record_mutex_);
  return recording_.events.size();
}

void RecordingVfs::Inject(const InjectedFault& fault) {
  const std::scoped_lock lock(record_mutex_);
  fault_ = fault;
  has_struck_ = false;
}

bool RecordingVfs::HasFaultStruck() const {
  const std::scoped_lock lock(record_mutex_);
  return has_struck_;
}

void RecordingVfs::Heal() {
  const std::scoped_lock lock(record_mutex_);
  fault_.reset();
}

std::size_t RecordingVfs::CountOf(FileOperation operation, FileKind kind) const {
  const std::scoped_lock lock(record_mutex_);
  const auto found = counts_.find({operation, kind});
  return found == counts_.end() ? 0 : found->second;
}

std::size_t RecordingVfs::CountOfChanges() const {
  const std::scoped_lock lock(record_mutex_);
  return Changes();
}

std::size_t RecordingVfs::CountOfChangesSinceStrike() const {
  const std::scoped_lock lock(record_mutex_);
  return has_struck_ ? Changes() - changes_before_strike_ : 0;
}

std::size_t RecordingVfs::Changes() const {
  std::size_t changes = 0;
  for (const auto& [call, count] : counts_) {
    switch (call.first) {
      case FileOperation::kWrite:
      case FileOperation::kTruncate:
      case FileOperation::kSync:
      case FileOperation::kDelete:
        changes += count;
        break;
      default:
        break;
    }
  }
  return changes;
}

bool RecordingVfs::WaitForCount(FileOperation operation, FileKind kind, std::size_t count) const {
  std::unique_lock lock(record_mutex_);
  return counted_.wait_for(lock, kAbsurdlyLong, [&] {
    const auto found = counts_.find({operation, kind});
    return found != counts_.end() && found->second >= count;
  });
}

std::optional<InjectedFault> RecordingVfs::Observe(FileOperation operation, FileKind kind) {
  const std::scoped_lock lock(record_mutex_);
  if (fault_ && fault_->operation == operation && fault_->kind.value_or(kind) == kind) {
    if (fault_->successes_before == 0) {
      if (!has_struck_) changes_before_strike_ = Changes();
      has_struck_ = true;
      const InjectedFault fault = *fault_;
      if (!fault.is_sticky) fault_.reset();
      return fault;
    }
    --fault_->successes_before;
  }
  ++counts_[{operation, kind}];
  counted_.notify_all();
  return std::nullopt;
}

void RecordingVfs::Note(DiskEvent event) {
  const std::scoped_lock lock(record_mutex_);
  if (event.kind == DiskEvent::Kind::kOpened) known_.insert(event.path);
  disk_.Apply(event);
  if (is_recording_) recording_.events.push_back(std::move(event));
}

bool RecordingVfs::Knows(const std::string& path) const {
  const std::scoped_lock lock(record_mutex_);
  return known_.contains(path);
}

}  // namespace coffer::test

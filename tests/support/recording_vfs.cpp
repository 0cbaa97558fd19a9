#include "support/recording_vfs.h"

#include <sqlite3.h>

#include <atomic>
#include <cstring>
#include <fstream>
#include <iterator>
#include <new>
#include <stdexcept>

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

void Apply(std::string& content, bool is_truncation, std::size_t offset, const std::string& bytes) {
  if (is_truncation) {
    content.resize(offset);
    return;
  }
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size());
  content.replace(offset, bytes.size(), bytes);
}

}  // namespace

/// The functions that SQLite calls.
struct RecordingVfsCalls {
  static RecordingVfs& Recorder(sqlite3_vfs* vfs) {
    return *static_cast<RecordingVfs*>(vfs->pAppData);
  }

  static int Open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags,
                  int* out_flags) {
    sqlite3_vfs* real_vfs = sqlite3_vfs_find(nullptr);
    auto* recorded = new (file) RecordedFile;
    recorded->pMethods = nullptr;
    recorded->recorder = &Recorder(vfs);
    recorded->kind = KindOf(flags);
    recorded->path = path;  // SQLite keeps it as long as the file is open.
    const bool existed = path != nullptr && std::filesystem::exists(path);
    const int code = real_vfs->xOpen(real_vfs, path, recorded->real(), flags, out_flags);
    if (code != SQLITE_OK) return code;
    recorded->pMethods = &kMethods;
    if (path != nullptr) recorded->recorder->NoteOpened(path, existed);
    return SQLITE_OK;
  }

  static int Delete(sqlite3_vfs* vfs, const char* path, int sync_directory) {
    sqlite3_vfs* real_vfs = sqlite3_vfs_find(nullptr);
    const int code = real_vfs->xDelete(real_vfs, path, sync_directory);
    if (code == SQLITE_OK) Recorder(vfs).NoteDeleted(path, sync_directory != 0);
    return code;
  }

  static int Close(sqlite3_file* file) { return Real(file)->pMethods->xClose(Real(file)); }

  static int Read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
    RecordedFile& recorded = Recorded(file);
    if (const auto fault = recorded.recorder->Observe(FileOperation::kRead, recorded.kind)) {
      return *fault;
    }
    return Real(file)->pMethods->xRead(Real(file), out, size, offset);
  }

  static int Write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
    RecordedFile& recorded = Recorded(file);
    if (const auto fault = recorded.recorder->Observe(FileOperation::kWrite, recorded.kind)) {
      return *fault;
    }
    const int code = Real(file)->pMethods->xWrite(Real(file), bytes, size, offset);
    if (code == SQLITE_OK && recorded.path != nullptr) {
      std::string copy(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
      recorded.recorder->NoteChange(recorded.path,
                                    {false, static_cast<std::size_t>(offset), std::move(copy)});
    }
    return code;
  }

  static int Truncate(sqlite3_file* file, sqlite3_int64 size) {
    RecordedFile& recorded = Recorded(file);
    if (const auto fault = recorded.recorder->Observe(FileOperation::kTruncate, recorded.kind)) {
      return *fault;
    }
    const int code = Real(file)->pMethods->xTruncate(Real(file), size);
    if (code == SQLITE_OK && recorded.path != nullptr) {
      recorded.recorder->NoteChange(recorded.path, {true, static_cast<std::size_t>(size), {}});
    }
    return code;
  }

  static int Sync(sqlite3_file* file, int flags) {
    RecordedFile& recorded = Recorded(file);
    if (const auto fault = recorded.recorder->Observe(FileOperation::kSync, recorded.kind)) {
      return *fault;
    }
    const int code = Real(file)->pMethods->xSync(Real(file), flags);
    if (code == SQLITE_OK && recorded.path != nullptr) recorded.recorder->NoteSynced(recorded.path);
    return code;
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
  std::filesystem::create_directories(directory);
  for (const auto& [path, file] : files_) {
    if (!file.is_durable) continue;
    std::ofstream image(directory / std::filesystem::path(path).filename(), std::ios::binary);
    image << file.synced;
    if (!image.flush()) throw std::runtime_error("the image could not be written");
  }
}

void RecordingVfs::Inject(const InjectedFault& fault) {
  const std::scoped_lock lock(record_mutex_);
  fault_ = fault;
}

bool RecordingVfs::HasFaultStruck() const {
  const std::scoped_lock lock(record_mutex_);
  return !fault_.has_value();
}

std::size_t RecordingVfs::CountOf(FileOperation operation, FileKind kind) const {
  const std::scoped_lock lock(record_mutex_);
  const auto found = counts_.find({operation, kind});
  return found == counts_.end() ? 0 : found->second;
}

std::size_t RecordingVfs::CountOfChanges() const {
  const std::scoped_lock lock(record_mutex_);
  std::size_t changes = deletions_;
  for (const auto& [call, count] : counts_) {
    if (call.first != FileOperation::kRead) changes += count;
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

std::optional<int> RecordingVfs::Observe(FileOperation operation, FileKind kind) {
  const std::scoped_lock lock(record_mutex_);
  if (fault_ && fault_->operation == operation && fault_->kind == kind) {
    if (fault_->successes_before == 0) {
      const int code = fault_->code;
      fault_.reset();
      return code;
    }
    --fault_->successes_before;
  }
  ++counts_[{operation, kind}];
  counted_.notify_all();
  return std::nullopt;
}

void RecordingVfs::NoteOpened(const std::string& path, bool existed) {
  const std::scoped_lock lock(record_mutex_);
  const auto [entry, is_new] = files_.try_emplace(path);
  File& file = entry->second;
  if (file.is_deleted) {
    file = File{};
  } else if (is_new && existed) {
    // What was there before the recording is taken to be on the disk.
    std::ifstream content(path, std::ios::binary);
    file.synced.assign(std::istreambuf_iterator<char>(content), {});
    file.is_durable = true;
  }
}

void RecordingVfs::NoteChange(const std::string& path, Change change) {
  const std::scoped_lock lock(record_mutex_);
  files_[path].unsynced.push_back(std::move(change));
}

void RecordingVfs::NoteSynced(const std::string& path) {
  const std::scoped_lock lock(record_mutex_);
  File& file = files_[path];
  for (const Change& change : file.unsynced) {
    Apply(file.synced, change.is_truncation, change.offset, change.bytes);
  }
  file.unsynced.clear();
  // SQLite syncs the directory together with the first sync of a journal or WAL that it created.
  if (!file.is_durable) SyncDirectory();
}

void RecordingVfs::NoteDeleted(const std::string& path, bool is_directory_synced) {
  const std::scoped_lock lock(record_mutex_);
  ++deletions_;
  files_[path].is_deleted = true;
  if (is_directory_synced) SyncDirectory();
}

void RecordingVfs::SyncDirectory() {
  std::erase_if(files_, [](const auto& entry) { return entry.second.is_deleted; });
  for (auto& [path, file] : files_) file.is_durable = true;
}

}  // namespace coffer::test

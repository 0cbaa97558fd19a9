#include "support/disk_model.h"

#include <fstream>
#include <stdexcept>
#include <string_view>

namespace coffer::test {

namespace {

using Kind = DiskEvent::Kind;

/// `length` bytes of it, where it writes any.
void Do(std::string& content, const DiskEvent& change, std::size_t length) {
  if (change.kind == Kind::kTruncated) {
    content.resize(change.offset);
    return;
  }
  const std::string_view bytes = std::string_view(change.bytes).substr(0, length);
  if (content.size() < change.offset + bytes.size()) content.resize(change.offset + bytes.size());
  content.replace(change.offset, bytes.size(), bytes);
}

bool TossCoin(std::mt19937& random) { return std::bernoulli_distribution(0.5)(random); }

std::size_t LengthBefore(std::size_t end, std::mt19937& random) {
  return end == 0 ? 0 : std::uniform_int_distribution<std::size_t>(0, end - 1)(random);
}

}  // namespace

void DiskModel::Apply(const DiskEvent& event) {
  const auto [entry, is_new] = files_.try_emplace(event.path);
  File& file = entry->second;
  switch (event.kind) {
    case Kind::kOpened:
      if (file.is_deleted) file = File{};
      if (is_new && event.is_on_disk) {
        file.synced = event.bytes;
        file.is_durable = true;
      }
      return;
    case Kind::kWritten:
    case Kind::kTruncated:
      file.unsynced.push_back(event);
      return;
    case Kind::kSynced:
      for (const DiskEvent& change : file.unsynced) Do(file.synced, change, change.bytes.size());
      file.unsynced.clear();
      // SQLite syncs the directory together with the first sync of a file that it created.
      if (!file.is_durable) SyncDirectory();
      return;
    case Kind::kDeleted:
      file.is_deleted = true;
      if (event.is_on_disk) SyncDirectory();
      return;
  }
}

void DiskModel::SyncDirectory() {
  std::erase_if(files_, [](const auto& entry) { return entry.second.is_deleted; });
  for (auto& [path, file] : files_) file.is_durable = true;
}

bool DiskModel::Survives(const File& file, PowerCut cut, std::mt19937& random) {
  switch (cut) {
    case PowerCut::kNothingUnsyncedIsKept:
      return file.is_durable;
    case PowerCut::kSomeIsKept:
      // The directory as it was last synced, or as it is now.
      return TossCoin(random) ? file.is_durable : !file.is_deleted;
    case PowerCut::kTornAtTheLast:
    case PowerCut::kAllIsKept:
      return !file.is_deleted;
  }
  return false;
}

std::string DiskModel::ContentAfter(const File& file, PowerCut cut, std::mt19937& random) {
  std::string content = file.synced;
  if (cut == PowerCut::kNothingUnsyncedIsKept) return content;
  for (const DiskEvent& change : file.unsynced) {
    const bool is_last = &change == &file.unsynced.back();
    std::size_t length = change.bytes.size();
    if (cut == PowerCut::kSomeIsKept && TossCoin(random)) continue;
    if (cut == PowerCut::kTornAtTheLast && is_last) length = LengthBefore(length, random);
    Do(content, change, length);
  }
  return content;
}

void DiskModel::WriteImage(const std::filesystem::path& directory, PowerCut cut,
                           std::mt19937& random) const {
  std::filesystem::create_directories(directory);
  for (const auto& [path, file] : files_) {
    if (!Survives(file, cut, random)) continue;
    std::ofstream image(directory / std::filesystem::path(path).filename(), std::ios::binary);
    image << ContentAfter(file, cut, random);
    if (!image.flush()) throw std::runtime_error("the image could not be written");
  }
}

}  // namespace coffer::test

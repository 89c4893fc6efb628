// Messages of the importers, the store and the archives of lca/: {0}, {1}.. are the arguments.
#pragma once
#include "base/message.h"

// clang-format off

// Archives
MESSAGE(archive_missing, "there is no file or folder '{0}'", "没有文件或文件夹“{0}”")
MESSAGE(archive_unreadable, "'{0}' cannot be read: {1}", "无法读取“{0}”：{1}")
MESSAGE(archive_damaged, "'{0}' is not a complete zip archive: {1}", "“{0}”不是完整的 zip 压缩包：{1}")
MESSAGE(archive_hint_again, "the file may be cut off: download or copy it again", "文件可能不完整：请重新下载或复制")
MESSAGE(archive_packed_otherwise, "'{0}' is packed as {1}, which is not read", "“{0}”以 {1} 方式打包，无法直接读取")
MESSAGE(archive_hint_unpack, "unpack it and name the folder instead", "请先解压，然后指定解压后的文件夹")
MESSAGE(archive_unsafe_name, "'{0}' holds an entry with the unsafe name '{1}'", "“{0}”中有名称不安全的条目“{1}”")
MESSAGE(archive_hint_unsafe, "names must be relative and stay inside the archive: the archive was not made by an export of LCA data; nothing was read", "名称必须为相对路径且不得越出压缩包：该压缩包并非 LCA 数据导出所得；未读取任何内容")
MESSAGE(archive_repeated_name, "'{0}' holds two entries named '{1}'", "“{0}”中有两个同名条目“{1}”")
MESSAGE(archive_bomb, "'{0}': the entry '{1}' unpacks {2} bytes from {3}: refused as a zip bomb", "“{0}”：条目“{1}”将从 {3} 字节解压出 {2} 字节：按压缩炸弹拒绝")
MESSAGE(archive_too_large, "'{0}' unpacks to {1} bytes; at most {2} are read", "“{0}”解压后有 {1} 字节；最多可读 {2} 字节")
MESSAGE(archive_too_many, "'{0}' holds {1} entries; at most {2} are read", "“{0}”有 {1} 个条目；最多可读 {2} 个")
MESSAGE(archive_no_entry, "'{0}' holds no entry '{1}'", "“{0}”中没有条目“{1}”")
MESSAGE(archive_entry_damaged, "the entry '{1}' of '{0}' cannot be read: {2}", "无法读取“{0}”中的条目“{1}”：{2}")
MESSAGE(archive_entry_encrypted, "the entry '{1}' of '{0}' is encrypted", "“{0}”中的条目“{1}”已加密")
MESSAGE(archive_write_failed, "cannot write '{0}': {1}", "无法写入“{0}”：{1}")
// clang-format on

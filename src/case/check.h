#pragma once
#include "case/case.h"

namespace viresco::cases {

/// Checks one file of any kind without running it; everything found goes to `diagnostics`.
/// A case is compiled whole; other files are read as the compiler would read them.
void check_file(const std::string& path, const std::string& models_folder, SourceStore&, Diagnostics& diagnostics);

} // namespace viresco::cases

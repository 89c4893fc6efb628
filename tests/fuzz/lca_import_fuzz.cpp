// The importers of single files: whatever the bytes are, a database or an error; nothing changes after an error.
#include "lca/archive.h"
#include "lca/ecospold1.h"
#include "lca/ecospold2.h"
#include "lca/npy.h"
#include "lca/simapro.h"
#include "lca/spreadsheet.h"
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <unistd.h>

using namespace viresco;
using namespace viresco::lca;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0) return 0;
    const std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
    NpyArray array;
    std::string why;
    if (array.parse(text, why) && array.rows() && array.columns())
        (void)array.number(array.rows() - 1, 0, array.columns() - 1);
    static const std::string path = "/tmp/viresco-fuzz-" + std::to_string(::getpid());
    std::FILE* file = std::fopen(path.c_str(), "wb");
    if (!file) std::abort();
    std::fwrite(text.data(), 1, text.size(), file);
    std::fclose(file);
    Diagnostics diagnostics;
    SourceStore sources;
    const auto archive = Archive::open(path, diagnostics, &sources);
    if (!archive) return 0;
    Database db;
    ImportReport report;
    bool (*const readers[])(Archive&, Database&, ImportReport&, Diagnostics&) = {read_ecospold1, read_ecospold2,
                                                                                 read_simapro, read_spreadsheet};
    const bool good = readers[data[0] % 4](*archive, db, report, diagnostics);
    if (good == diagnostics.has_errors()) std::abort();
    if (!good && (!db.processes.empty() || !db.flows.empty())) std::abort();
    (void)diagnostics.text(Language::zh);
    return 0;
}

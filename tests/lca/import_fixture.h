#pragma once
#include "lca/archive.h"
#include "lca/import.h"
#include "lca/link.h"
#include "lca/solver.h"
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <unistd.h>

namespace viresco::lca::test {

/// A folder of its own for every test, and imports into a database.
class ImportFixture : public testing::Test {
protected:
    ImportFixture() {
        const testing::TestInfo* info = testing::UnitTest::GetInstance()->current_test_info();
        std::string name = std::string(info->test_suite_name()) + "-" + info->name();
        for (char& c : name)
            if (c == '/') c = '-';
        folder = std::filesystem::path(testing::TempDir()) /
                 ("viresco-import-" + std::to_string(getpid()) + "-" + name);
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
    }
    ~ImportFixture() override { std::filesystem::remove_all(folder); }

    std::string file(const std::string& name, const std::string& text) const {
        const std::filesystem::path path = folder / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << text;
        return path.string();
    }
    std::string zip(const std::string& name, const std::vector<std::pair<std::string, std::string>>& entries) const {
        const std::string path = (folder / name).string();
        ArchiveWriter writer(path);
        for (const auto& [entry, text] : entries) writer.add(entry, text);
        writer.close();
        return path;
    }
    static std::string content(const std::string& path) {
        std::ostringstream text;
        text << std::ifstream(path, std::ios::binary).rdbuf();
        return text.str();
    }

    bool import(const std::string& path) {
        ImportOptions options;
        options.sources = &sources;
        return import_file(path, db, options, report, diagnostics);
    }
    std::string messages() const { return diagnostics.text(Language::en); }
    bool raised(MessageId id) const {
        for (const Diagnostic& d : diagnostics.all())
            if (d.message.id == id) return true;
        return false;
    }
    const Finding* finding(const std::string& kind) const {
        for (const Finding& f : report.findings)
            if (f.kind == kind) return &f;
        return nullptr;
    }

    System linked(const std::string& linking = "file") {
        LinkOptions options;
        options.linking = linking;
        LinkReport links;
        System s = link(db, options, links, diagnostics);
        EXPECT_FALSE(diagnostics.has_errors()) << messages();
        link_report = links;
        return s;
    }
    int process(const std::string& name) const {
        for (size_t i = 0; i < db.processes.size(); ++i)
            if (db.processes[i].name == name) return static_cast<int>(i);
        return -1;
    }
    const Process& process_of(const std::string& name) const {
        return db.processes.at(static_cast<size_t>(process(name)));
    }
    const Exchange& exchange(const std::string& process_name, const std::string& flow_name) const {
        for (const Exchange& e : process_of(process_name).exchanges)
            if (db.flows[static_cast<size_t>(e.flow)].name == flow_name) return e;
        throw std::runtime_error("no exchange of " + flow_name);
    }
    /// Inventory of a demand by the names of its flows.
    double inventory(const std::string& process_name, double amount, const std::string& flow_name) {
        const System s = linked();
        const Solver solver(s, &db);
        const std::vector<double> g = solver.inventory(
            solver.solve(find_activity(db, s, process(process_name)), amount).x);
        double sum = 0;
        for (size_t r = 0; r < s.flows.size(); ++r)
            if (db.flows[static_cast<size_t>(s.flows[r])].name == flow_name) sum += g[r];
        return sum;
    }

    std::filesystem::path folder;
    SourceStore sources;
    Database db;
    ImportReport report;
    LinkReport link_report;
    Diagnostics diagnostics;
};

/// Folder of the reference data, or empty: then the test says so and is skipped.
inline std::string reference_data() {
    const char* given = std::getenv("VIRESCO_REFERENCE_DATA");
    return given ? given : "";
}

} // namespace viresco::lca::test

#define VIRESCO_NEEDS_REFERENCE_DATA()                                                                                 \
    if (viresco::lca::test::reference_data().empty())                                                                  \
    GTEST_SKIP() << "VIRESCO_REFERENCE_DATA is not set: this test did not run"

#include "base/messages/lca_fmt.h"
#include "import_fixture.h"
#include "lca/datapackage.h"
#include "lca/npy.h"
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

namespace viresco::lca {
namespace {

using nlohmann::json;

template <class T>
std::string bytes_of(const std::vector<T>& xs) {
    return std::string(reinterpret_cast<const char*>(xs.data()), xs.size() * sizeof(T));
}

/// A package of groups, each {matrix, rows and columns, data, flip}.
struct Package {
    json resources = json::array();
    std::vector<std::pair<std::string, std::string>> entries;

    void part(const std::string& group, const char* matrix, const char* kind, const std::string& npy,
              json extra = json::object()) {
        json r = {{"name", group + "." + kind},          {"matrix", matrix}, {"kind", kind},
                  {"path", group + "." + kind + ".npy"}, {"group", group},   {"category", "vector"}};
        r.update(extra);
        resources.push_back(r);
        entries.emplace_back(group + "." + kind + ".npy", npy);
    }
    void group(const std::string& name, const char* matrix, const std::vector<int32_t>& indices,
               const std::vector<double>& data, const std::vector<uint8_t>& flip = {}) {
        part(name, matrix, "indices", npy_file("[('row', '<i4'), ('col', '<i4')]", data.size(), bytes_of(indices)));
        part(name, matrix, "data", npy_file("'<f8'", data.size(), bytes_of(data)));
        if (!flip.empty()) part(name, matrix, "flip", npy_file("'|b1'", flip.size(), bytes_of(flip)));
    }
    std::vector<std::pair<std::string, std::string>> files() const {
        auto all = entries;
        all.emplace_back("datapackage.json", json{{"resources", resources}}.dump());
        return all;
    }
};

struct DatapackageTest : test::ImportFixture {
    std::string fixtures() const { return test::reference_data() + "/lca_reference/bw2calc_fixtures/"; }
    double score(const std::string& name) {
        const System s = linked();
        const Solver solver(s, &db);
        return solver.scores(solver.inventory(solver.solve(find_activity(db, s, process(name)), 1).x)).at(0);
    }
};

TEST_F(DatapackageTest, MobilityScoresOfBrightway) {
    VIRESCO_NEEDS_REFERENCE_DATA();
    const json reference = json::parse(content(test::reference_data() + "/lca_reference/reference_cases.json"));
    ASSERT_TRUE(import(fixtures() + "bw2io_example_db.zip")) << messages();
    ASSERT_TRUE(import(fixtures() + "ipcc_simple.zip")) << messages();
    int compared = 0;
    for (const json& c : reference["cases"])
        if (c["id"] == "bw-mobility") {
            for (const auto& [name, value] : c["expect"]["score_run_here_bw2calc_2_5_0"].items()) {
                EXPECT_NEAR(score(name), value.get<double>(), 1e-7 * std::abs(value.get<double>())) << name;
                ++compared;
            }
            // Where the score of driving comes from: CO2 of electricity and of steel.
            const System s = linked();
            const Solver solver(s, &db);
            const auto supply = solver.solve(find_activity(db, s, process("Driving an electric car")), 1).x;
            const auto direct = solver.direct_scores(0);
            for (const auto& [name, value] : c["expect"]["characterized_inventory"].items()) {
                const auto j = static_cast<size_t>(find_activity(db, s, process(name)));
                EXPECT_NEAR(direct[j] * supply[j], value.get<double>(), 1e-7 * value.get<double>()) << name;
            }
        }
    EXPECT_EQ(compared, 5);
}

TEST_F(DatapackageTest, MethodsFirstGivesTheSame) {
    VIRESCO_NEEDS_REFERENCE_DATA();
    ASSERT_TRUE(import(fixtures() + "ipcc_simple.zip")) << messages();
    ASSERT_TRUE(import(fixtures() + "bw2io_example_db.zip")) << messages();
    EXPECT_NEAR(score("Combustion car"), 2461.5, 1e-7 * 2461.5);
}

TEST_F(DatapackageTest, AllFixturesOfBrightwayRead) {
    VIRESCO_NEEDS_REFERENCE_DATA();
    int read = 0;
    for (const auto& entry : std::filesystem::directory_iterator(fixtures())) {
        if (entry.path().extension() != ".zip") continue;
        db = {};
        report = {};
        EXPECT_TRUE(import(entry.path().string())) << messages();
        EXPECT_EQ(report["format: bw_processing datapackage"], 1) << entry.path();
        linked();
        ++read;
    }
    EXPECT_EQ(read, 13);
}

TEST_F(DatapackageTest, ReadsDistributions) {
    VIRESCO_NEEDS_REFERENCE_DATA();
    ASSERT_TRUE(import(fixtures() + "mc_basic.zip")) << messages();
    int uncertain = 0;
    for (const Process& p : db.processes)
        for (const Exchange& e : p.exchanges) {
            uncertain += e.distribution.given();
            EXPECT_TRUE(e.distribution.valid());
        }
    for (const ImpactFactor& f : db.categories.at(0).factors) uncertain += f.distribution.given();
    EXPECT_EQ(uncertain, report["uncertainties"] - report["uncertainties_without_spread"] - report["bad_distribution"]);
    EXPECT_GT(uncertain, 0);
}

TEST_F(DatapackageTest, SignsFlipsAndSubstitution) {
    // Two products; activity 2 uses 0.5 of 1 (written without a flip, negative) and replaces 0.25 of it.
    Package p;
    p.group("t", "technosphere_matrix", {1, 1, 2, 2, 1, 2}, {2, 4, -0.5}, {0, 0, 0});
    p.group("b", "biosphere_matrix", {9, 1}, {10});
    p.group("c", "characterization_matrix", {9, 0}, {3});
    ASSERT_TRUE(import(zip("p.zip", p.files()))) << messages();
    EXPECT_DOUBLE_EQ(score("activity 1"), 10.0 / 2 * 3);
    EXPECT_DOUBLE_EQ(score("activity 2"), 0.5 / 4 * 10.0 / 2 * 3);
    Package q;
    q.group("t", "technosphere_matrix", {1, 1, 2, 2, 1, 2}, {2, 4, 0.5}, {0, 0, 0}); // positive: replaces product 1
    q.group("b", "biosphere_matrix", {9, 1}, {10});
    ASSERT_TRUE(import(zip("q.zip", q.files()))) << messages();
    EXPECT_DOUBLE_EQ(score("activity 2"), -0.5 / 4 * 10.0 / 2 * 3);
    EXPECT_EQ(db.processes.size(), 2u);
}

TEST_F(DatapackageTest, RepeatedEntriesAddAndLaterGroupsReplace) {
    Package p;
    p.group("t", "technosphere_matrix", {1, 1}, {1});
    p.group("b", "biosphere_matrix", {9, 1, 9, 1}, {2, 3});
    p.group("c", "characterization_matrix", {9, 0}, {1});
    ASSERT_TRUE(import(zip("p.zip", p.files()))) << messages();
    EXPECT_DOUBLE_EQ(score("activity 1"), 5);
    p.group("b2", "biosphere_matrix", {9, 1}, {7});
    ASSERT_TRUE(import(zip("p.zip", p.files()))) << messages();
    EXPECT_DOUBLE_EQ(score("activity 1"), 7);
}

TEST_F(DatapackageTest, OurExportComesBack) {
    const std::string table = file(
        "t.csv", "process,flow,kind,amount,unit,compartment,uncertainty,spread,minimum,maximum,location\n"
                 "steam,steam,product,3.6,kWh,,,,,,CN\nsteam,CO2,emission,500,g,air,lognormal,1.5,,,\n"
                 "steam,water,resource,2,kg,,triangular,,1,4,\n"
                 "acid,acid,product,2,t,,,,,,\nacid,steam,input,40,MJ,,normal,4,,,\n"
                 "acid,by,co-product,1,kg,,,,,,\nacid,CO2,emission,-3,kg,air,lognormal,1.2,,,\n");
    ASSERT_TRUE(import(table)) << messages();
    ImpactCategory gwp;
    gwp.id = "gwp", gwp.name = "Warming", gwp.unit = "kg CO2";
    for (int f = 0; f < static_cast<int>(db.flows.size()); ++f)
        if (db.flows[static_cast<size_t>(f)].name == "CO2") gwp.factors.push_back({f, 1, "", -1, {}});
    db.categories.push_back(gwp);
    db.index();
    const double before = score("acid");
    EXPECT_NEAR(before, (-3 + 40 * 0.5 / 12.96) / 2000, 1e-15);
    const std::string path = (folder / "out.zip").string();
    write_datapackage(db, "file", path);
    const std::string acid_id = process_of("acid").id;
    const Distribution of_steam = exchange("acid", "steam").distribution;
    db = {};
    ASSERT_TRUE(import(path)) << messages();
    EXPECT_NEAR(score("acid"), before, 1e-15 * std::abs(before));
    EXPECT_EQ(process_of("acid").id, acid_id);
    EXPECT_EQ(process_of("steam").location, "CN");
    EXPECT_EQ(db.categories.at(0).unit, "kg CO2");
    const Exchange& steam = exchange("acid", "steam");
    EXPECT_EQ(steam.distribution.kind, of_steam.kind);
    EXPECT_NEAR(steam.distribution.b / steam.amount, of_steam.b / 40, 1e-15);
    const Exchange& uptake = exchange("acid", "CO2");
    EXPECT_EQ(uptake.distribution.kind, Distribution::Kind::lognormal);
    EXPECT_NEAR(uptake.amount, -3, 1e-15);
    EXPECT_NEAR(uptake.distribution.a, std::log(3), 1e-12);
    EXPECT_FALSE(finding("negative_lognormal") == nullptr) << "the table said nothing about the sign";
}

TEST_F(DatapackageTest, NegativeInputsComeBackInEitherLinking) {
    ASSERT_TRUE(import(file("t.csv", "process,flow,kind,amount,unit,compartment,uncertainty,spread\n"
                                     "steam,steam,product,1,MJ,,,\nsteam,CO2,emission,2,kg,air,,\n"
                                     "acid,acid,product,1,kg,,,\nacid,steam,input,-3,MJ,,lognormal,1.2\n"
                                     "acid,CO2,emission,10,kg,air,,\n")))
        << messages();
    const auto co2 = [&](const std::string& linking) {
        const System s = linked(linking);
        const Solver solver(s, &db);
        return solver.inventory(solver.solve(find_activity(db, s, process("acid")), 1).x).at(0);
    };
    EXPECT_DOUBLE_EQ(co2("plain"), 10 - 3 * 2);
    const std::string path = (folder / "out.zip").string();
    write_datapackage(db, "plain", path);
    db = {};
    report = {};
    ASSERT_TRUE(import(path)) << messages();
    EXPECT_DOUBLE_EQ(co2("plain"), 10 - 3 * 2);
    EXPECT_EQ(link_report["avoided_product_ignored"], 0);
    EXPECT_DOUBLE_EQ(co2("file"), 10 - 3 * 2);
    const Exchange& steam = exchange("acid", "steam");
    EXPECT_TRUE(steam.input && !steam.avoided);
    EXPECT_EQ(steam.amount, -3);
    EXPECT_EQ(steam.distribution.kind, Distribution::Kind::lognormal);
    EXPECT_NEAR(steam.distribution.a, std::log(3), 1e-15);
    EXPECT_FALSE(finding("off_middle"));
}

TEST_F(DatapackageTest, NpyReadsWhatNumPyWrites) {
    NpyArray a;
    std::string why;
    const std::string header = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }\n";
    std::string file_bytes = std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) + '\0' + header;
    for (const float x : {1.f, 2.f, 3.f, 4.f, 5.f, 6.f}) file_bytes.append(reinterpret_cast<const char*>(&x), 4);
    ASSERT_TRUE(a.parse(file_bytes, why)) << why;
    EXPECT_EQ(a.rows(), 2u);
    EXPECT_EQ(a.columns(), 3u);
    EXPECT_EQ(a.number(1, 0, 0), 2);
    EXPECT_EQ(a.number(0, 0, 2), 5);
    for (size_t cut = 0; cut < file_bytes.size(); ++cut)
        EXPECT_FALSE(NpyArray().parse(file_bytes.substr(0, cut), why)) << cut;
    const std::vector<int64_t> large = {int64_t(1) << 62, -5};
    const std::string kept = npy_file("'<i8'", 2, bytes_of(large));
    ASSERT_TRUE(a.parse(kept, why));
    EXPECT_EQ(a.integer(0), int64_t(1) << 62);
    EXPECT_EQ(a.integer(1), -5);
    for (const char* bad : {"'>f8'", "'|O8'", "'<U10'", "'<f16'", "[('row', '<i4')"})
        EXPECT_FALSE(a.parse(npy_file(bad, 0, ""), why)) << bad;
    const std::string forged = npy_file("'<f8'", size_t(1) << 62, "xxxxxxxx");
    EXPECT_FALSE(a.parse(forged, why));
}

TEST_F(DatapackageTest, BadPackagesNameGroupAndFile) {
    Package good;
    good.group("t", "technosphere_matrix", {1, 1}, {1});
    const auto refused = [&](const Package& p, MessageId id, const char* named) {
        diagnostics = {};
        EXPECT_FALSE(import(zip("p.zip", p.files())));
        EXPECT_TRUE(raised(id)) << messages();
        EXPECT_NE(messages().find(named), std::string::npos) << messages();
        EXPECT_TRUE(db.processes.empty());
    };
    Package parquet = good;
    parquet.resources[0]["path"] = "t.indices.parquet";
    refused(parquet, message::datapackage_parquet, "t.indices.parquet");
    Package half = good;
    half.entries[1].second.resize(half.entries[1].second.size() - 1);
    refused(half, message::datapackage_array, "t.data.npy");
    Package sizes = good;
    sizes.entries[1].second = npy_file("'<f8'", 2, bytes_of(std::vector<double>{1, 2}));
    refused(sizes, message::datapackage_sizes, "'t'");
    Package nan = good;
    nan.entries[1].second = npy_file("'<f8'", 1, bytes_of(std::vector<double>{std::nan("")}));
    refused(nan, message::datapackage_value, "'t'");
    Package missing = good;
    missing.entries.pop_back();
    refused(missing, message::archive_no_entry, "t.data.npy");
    Package without = good;
    without.resources.erase(1);
    refused(without, message::datapackage_no_part, "data");
    diagnostics = {};
    EXPECT_FALSE(import(zip("p.zip", {{"datapackage.json", "{\"resources\": 3}"}})));
    EXPECT_TRUE(raised(message::datapackage_metadata));
}

} // namespace
} // namespace viresco::lca

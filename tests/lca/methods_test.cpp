#include "base/messages/lca.h"
#include "database_builder.h"
#include "lca/methods.h"
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

namespace viresco::lca {
namespace {

/// A folder in the layout of openLCA's reference data, with two categories; a test changes one file.
struct Folder {
    std::filesystem::path path;
    Database db;
    ImportReport report;
    Diagnostics diagnostics;

    explicit Folder(const std::string& name)
        : path(std::filesystem::path(testing::TempDir()) / ("viresco-" + std::to_string(getpid()) + "-" + name)) {
        std::filesystem::remove_all(path);
        file("unit_groups.csv", "ID,Name,Description,Category,Default flow property,Reference unit\n"
                                "ug,Units of mass,,x,Mass,kg\nug-v,Units of volume,,x,Volume,m3\n");
        file("units.csv",
             "ID,Name,Description,Conversion factor,Synonyms,Unit group\n"
             "u1,g,Gram,0.001,,Units of mass\nu2,kg,\"Kilo, gram\",1.0,,Units of mass\nu3,m3,,1.0,,Units of volume\n");
        file("flow_properties.csv", "ID,Name,Description,Category,Unit group,Property type\n"
                                    "mass,Mass,,x,Units of mass,physical\nvolume,Volume,,x,Units of volume,physical\n");
        file("locations.csv", "ID,Name,Description,Category,Code,Latitude,Longitude\nl-cn,China,,Country,CN,0,0\n");
        file("lcia_categories.csv",
             "ID,Name,Description,Category,Reference unit\n"
             "gwp,Warming,\"two\nlines, \"\"quoted\"\"\",x,kg CO2\nwater,Scarcity,,x,m3\nunused,Unused,,x,kg\n");
        file("lcia_methods.csv", "ID,Name,Description,Category\nm1,Method,,x\nm2,Without factors,,x\n");
        file("lcia_method_categories.csv",
             "LCIA method,LCIA category\nMethod,gwp\nMethod,water\nMethod,unused\nWithout factors,unused\n");
        file("lcia_method_nw_sets.csv", "LCIA method,NW set - ID,NW set - name,LCIA category,Nomalisation "
                                        "factor,Weighting factor,Weighting score unit\n"
                                        "Method,set,World,water,4.0,0.5,pt\nMethod,set,World,gwp,2.0,,pt\n");
        file("lcia_factors/gwp.csv", "LCIA category,Flow,Flow property,Flow unit,Location,Factor\r\n"
                                     "gwp,co2,Mass,kg,,1.0\r\ngwp,ch4,mass,g,,0.03\r\n");
        file("lcia_factors/water.csv",
             "LCIA category,Flow,Flow property,Flow unit,Location,Factor\n"
             "water,well,Volume,m3,,20\nwater,well,Volume,m3,CN,40\nwater,well,Volume,m3,XX,1\n");
    }
    ~Folder() { std::filesystem::remove_all(path); }
    Folder& file(const std::string& name, const std::string& text) {
        std::filesystem::create_directories((path / name).parent_path());
        std::ofstream(path / name, std::ios::binary) << text;
        return *this;
    }
    bool read(const std::string& map = "") {
        return read_reference_data(path.string(), map.empty() ? "" : (path / map).string(), db, report, diagnostics);
    }
};

TEST(ReferenceData, MethodsCategoriesFactorsSets) {
    Folder f("refdata");
    f.file("map.csv", "inv-co2;co2;1.0;;;;\"Carbon; dioxide\";Elementary flows/Emission to "
                      "air/urban;;;;\ninv-w;well;0.001;;;;Water;x;;;;\n");
    ASSERT_TRUE(f.read("map.csv")) << f.diagnostics.text(Language::en);
    ASSERT_EQ(f.db.categories.size(), 2u); // only those with factors
    EXPECT_EQ(f.db.categories[0].name, "Warming");
    EXPECT_EQ(f.db.categories[0].unit, "kg CO2");
    ASSERT_EQ(f.db.categories[0].factors.size(), 2u);
    EXPECT_DOUBLE_EQ(f.db.categories[0].factors[1].value, 30); // per g -> per kg
    const auto& water = f.db.categories[1].factors;
    ASSERT_EQ(water.size(), 3u);
    EXPECT_EQ(water[0].location, -1);
    EXPECT_EQ(f.db.locations[static_cast<size_t>(water[1].location)].name, "China");
    EXPECT_EQ(f.db.locations[static_cast<size_t>(water[2].location)].code, "XX");
    EXPECT_EQ(f.report["unknown_location"], 1);
    ASSERT_EQ(f.db.methods.size(), 1u);
    EXPECT_EQ(f.db.methods[0].id, "m1");
    EXPECT_EQ(f.db.methods[0].categories, (std::vector<int>{0, 1}));
    const auto& set = f.db.methods[0].sets.at(0);
    EXPECT_EQ(set.normalisation, (std::vector<double>{2, 4}));
    EXPECT_EQ(set.weight, (std::vector<double>{0, 0.5}));
    EXPECT_EQ(f.db.aliases.at(1).factor, 0.001);
    const Flow& co2 = f.db.flows[static_cast<size_t>(f.db.flow_at.at("co2"))];
    EXPECT_EQ(co2.name, "Carbon; dioxide");
    EXPECT_EQ(co2.category, "Emission to air/urban");
    EXPECT_EQ(co2.type, FlowType::elementary);
}

TEST(ReferenceData, ReadTwiceIsTheSame) {
    Folder f("refdata-twice");
    f.file("map.csv", "a;co2;1.0\n");
    ASSERT_TRUE(f.read("map.csv") && f.read("map.csv")) << f.diagnostics.text(Language::en);
    EXPECT_EQ(f.db.categories.size(), 2u);
    EXPECT_EQ(f.db.categories[0].factors.size(), 2u);
    EXPECT_EQ(f.db.methods.size(), 1u);
    EXPECT_EQ(f.db.aliases.size(), 1u);
    EXPECT_EQ(f.report["replaced"], 2);
}

TEST(ReferenceData, ARepeatedFactorIsSaidAndTheLaterHolds) {
    Folder f("refdata-repeat");
    f.file("lcia_factors/gwp.csv",
           "LCIA category,Flow,Flow property,Flow unit,Location,Factor\n"
           "gwp,co2,Mass,kg,,1\ngwp,ch4,Mass,kg,,27\ngwp,co2,Mass,kg,,1\ngwp,ch4,Mass,kg,,29\n");
    ASSERT_TRUE(f.read());
    EXPECT_EQ(f.report["repeated_factors"], 2);
    ASSERT_EQ(f.report["contradicting_factor"], 1);
    EXPECT_EQ(f.db.categories[0].factors.at(1).value, 29);
    for (const auto& x : f.report.findings)
        if (x.kind == "contradicting_factor") {
            EXPECT_EQ(x.text.args, (std::vector<std::string>{"Warming", "ch4", "27", "29"}));
        }
}

struct BadTable {
    const char* file;
    const char* text;
    MessageId id;
    std::vector<std::string> args;
};
void PrintTo(const BadTable& b, std::ostream* out) { *out << b.file << ": " << b.text; }
class BadReferenceData : public testing::TestWithParam<BadTable> {};
TEST_P(BadReferenceData, IsRefusedAsAWhole) {
    Folder f("refdata-bad");
    f.file(GetParam().file, GetParam().text);
    EXPECT_FALSE(f.read());
    ASSERT_GE(f.diagnostics.n_errors(), 1);
    EXPECT_EQ(f.diagnostics.all()[0].message.id, GetParam().id) << f.diagnostics.text(Language::en);
    EXPECT_EQ(f.diagnostics.all()[0].message.args, GetParam().args);
    EXPECT_TRUE(f.db.categories.empty() && f.db.flows.empty() && f.db.unit_groups.empty());
}
INSTANTIATE_TEST_SUITE_P(
    Tables, BadReferenceData,
    testing::Values(BadTable{"lcia_factors/gwp.csv",
                             "LCIA category,Flow,Flow property,Flow unit,Location,Factor\ngwp,co2,Mass,kg,,1,5\n",
                             message::lca_csv_cells,
                             {"2", "7", "6"}},
                    BadTable{"lcia_factors/gwp.csv",
                             "LCIA category,Flow,Flow property,Flow unit,Location,Factor\ngwp,co2,Mass,kg,,1x\n",
                             message::lca_csv_number,
                             {"2", "1x"}},
                    BadTable{
                        "lcia_factors/gwp.csv", "LCIA category,Flow\n", message::lca_csv_columns, {"Flow property"}},
                    BadTable{"lcia_factors/gwp.csv",
                             "LCIA category,Flow,Flow property,Flow unit,Location,Factor\nzzz,co2,Mass,kg,,1\n",
                             message::lca_csv_category,
                             {"zzz"}},
                    BadTable{"lcia_factors/gwp.csv",
                             "LCIA category,Flow,Flow property,Flow unit,Location,Factor\ngwp,co2,Mass,MJ,,1\n",
                             message::lca_unknown_unit,
                             {"lcia_factors/gwp.csv", "co2", "MJ", "Mass"}}));

TEST(ReferenceDataMissing, AFileIsNamed) {
    Folder f("refdata-missing");
    std::filesystem::remove(f.path / "lcia_categories.csv");
    EXPECT_FALSE(f.read());
    EXPECT_EQ(f.diagnostics.all().at(0).message.id, message::lca_missing_file);
    EXPECT_EQ(f.diagnostics.all().at(0).message.args.at(1), "lcia_categories.csv");
}

} // namespace
} // namespace viresco::lca

#include "base/messages/lca.h"
#include "database_builder.h"
#include "lca/archive.h"
#include "lca/jsonld.h"
#include "lca/methods.h"
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <unistd.h>

namespace viresco::lca {
namespace {

using test::DatabaseBuilder;
using test::Solved;

/// A package as a folder that the test writes, removed with it.
struct Package {
    std::filesystem::path folder;
    Database db;
    ImportReport report;
    Diagnostics diagnostics;
    std::unique_ptr<Archive> archive;

    explicit Package(const std::string& name)
        : folder(std::filesystem::path(testing::TempDir()) / ("viresco-" + std::to_string(getpid()) + "-" + name)) {
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
    }
    ~Package() { std::filesystem::remove_all(folder); }
    Package& file(const std::string& name, const std::string& text) {
        std::filesystem::create_directories((folder / name).parent_path());
        std::ofstream(folder / name) << text;
        return *this;
    }
    bool read() {
        archive = Archive::open(folder.string(), diagnostics);
        return archive && read_jsonld(*archive, db, report, diagnostics);
    }
};

const char* const units = R"({"@type":"UnitGroup","@id":"ug","name":"Units of mass","units":[
  {"@id":"u-kg","name":"kg","conversionFactor":1.0,REF:true},{"@id":"u-g","name":"g","conversionFactor":0.001,"synonyms":["gram"]}]})";
const char* const volumes = R"({"@type":"UnitGroup","@id":"ug-v","name":"Units of volume","units":[
  {"@id":"u-m3","name":"m3","conversionFactor":1.0,REF:true},{"@id":"u-l","name":"l","conversionFactor":0.001}]})";

std::string with(std::string text, const std::string& what, const std::string& by) {
    for (size_t i = text.find(what); i != std::string::npos; i = text.find(what, i + by.size()))
        text.replace(i, what.size(), by);
    return text;
}

/// The same inventory in both generations: a product, an input in g, an input in l of a flow counted in kg, an emission
/// with a lognormal, an avoided product, a parameter.
void write_package(Package& p, bool second) {
    const auto put = [&](const std::string& name, std::string text) {
        text = with(text, "REFUNIT", second ? "\"refUnit\"" : "\"referenceUnitName\"");
        text = with(text, "REFP", second ? "\"isRefFlowProperty\"" : "\"referenceFlowProperty\"");
        text = with(text, "REF", second ? "\"isRefUnit\"" : "\"referenceUnit\"");
        text = with(text, "INPUT", second ? "\"isInput\"" : "\"input\"");
        text = with(text, "AVOIDED", second ? "\"isAvoidedProduct\"" : "\"avoidedProduct\"");
        text = with(text, "QUANT", second ? "\"isQuantitativeReference\"" : "\"quantitativeReference\"");
        text = with(text, "ISPAR", second ? "\"isInputParameter\"" : "\"inputParameter\"");
        text = with(text, "QUALITY", second ? "\"dqEntry\"" : "\"pedigreeUncertainty\"");
        text = with(text, "AIR", second ? "\"Elementary flows/air/urban\"" : R"({"@id":"c-urban","name":"urban"})");
        p.file(name, text);
    };
    put("unit_groups/ug.json", units);
    put("unit_groups/ug-v.json", volumes);
    put("flow_properties/mass.json", R"({"@id":"mass","name":"Mass","unitGroup":{"@id":"ug"}})");
    put("flow_properties/volume.json", R"({"@id":"volume","name":"Volume","unitGroup":{"@id":"ug-v"}})");
    put("locations/cn.json", R"({"@id":"l-cn","name":"China","code":"CN"})");
    if (second) {
        put("openlca.json", R"({"schemaVersion":2})");
    } else {
        put("context.json", R"({"@vocab":"http://openlca.org/schema/v1.1/"})");
        put("categories/top.json", R"({"@id":"c-top","name":"Elementary flows"})");
        put("categories/air.json", R"({"@id":"c-air","name":"air","category":{"@id":"c-top"}})");
        put("categories/urban.json", R"({"@id":"c-urban","name":"urban","category":{"@id":"c-air"}})");
    }
    const auto flow = [&](const std::string& id, const std::string& type, const std::string& more = "") {
        put("flows/" + id + ".json",
            R"({"@id":")" + id + R"(","name":"the )" + id + R"(","flowType":")" + type +
                R"(","flowProperties":[{"flowProperty":{"@id":"mass"},"conversionFactor":1,REFP:true})" + more + "]" +
                (type == "ELEMENTARY_FLOW" ? ",\"category\":AIR" : "") + "}");
    };
    flow("product", "PRODUCT_FLOW");
    flow("solvent", "PRODUCT_FLOW", R"(,{"flowProperty":{"@id":"volume"},"conversionFactor":0.00125})"); // 800 kg/m3
    flow("co", "PRODUCT_FLOW");
    flow("voc", "ELEMENTARY_FLOW");
    const std::string mass = R"("flowProperty":{"@id":"mass"},"unit":{"@id":"u-kg","name":"kg"})";
    const auto simple = [&](const std::string& id, const std::string& voc) {
        put("processes/p-" + id + ".json", R"({"@id":"p-)" + id + R"(","name":"make )" + id +
                                               R"(","processType":"UNIT_PROCESS","exchanges":[
            {"internalId":1,"flow":{"@id":")" + id +
                                               R"("},"amount":1,INPUT:false,QUANT:true,)" + mass + R"(},
            {"internalId":2,"flow":{"@id":"voc"},"amount":)" +
                                               voc + ",INPUT:false," + mass + "}]}");
    };
    simple("solvent", "3");
    simple("co", "5");
    put("processes/p-product.json",
        R"({"@id":"p-product","name":"make product","location":{"@id":"l-cn"},"processType":"UNIT_PROCESS",
        "parameters":[{"name":"k","value":0.25,ISPAR:true,"uncertainty":{"distributionType":"UNIFORM_DISTRIBUTION","minimum":0.2,"maximum":0.3}},
                      {"name":"twice","value":0.5,ISPAR:false,"formula":"2*k"}],
        "exchanges":[
        {"internalId":1,"flow":{"@id":"product"},"amount":2000,INPUT:false,QUANT:true,"flowProperty":{"@id":"mass"},"unit":{"@id":"u-g","name":"g"}},
        {"internalId":2,"flow":{"@id":"solvent"},"amount":10,INPUT:true,"defaultProvider":{"@id":"p-solvent"},"flowProperty":{"@id":"volume"},"unit":{"@id":"u-l","name":"l"}},
        {"internalId":3,"flow":{"@id":"co"},"amount":0.5,INPUT:true,AVOIDED:true,"flowProperty":{"@id":"mass"},"unit":{"name":"gram"}},
        {"internalId":4,"flow":{"@id":"voc"},"amount":0.5,"amountFormula":"twice",INPUT:false,)" +
            mass +
            R"x(,"uncertainty":{"distributionType":"LOG_NORMAL_DISTRIBUTION","geomMean":0.5,"geomSd":1.2},QUALITY:"(1;2;3;4;5)","baseUncertainty":1.05}]})x");
    put("lcia_categories/smog.json",
        R"({"@id":"smog","name":"Smog",REFUNIT:"kg x","impactFactors":[{"flow":{"@id":"voc"},"value":0.004,"flowProperty":{"@id":"mass"},"unit":{"@id":"u-g"}}]})");
    const std::string set =
        R"({"@id":"set","name":"World","weightedScoreUnit":"pt","factors":[{"impactCategory":{"@id":"smog"},"normalisationFactor":2,"weightingFactor":3}]})";
    if (!second) put("nw_sets/set.json", set);
    put("lcia_methods/m.json", R"({"@id":"m","name":"Method","impactCategories":[{"@id":"smog"}],"nwSets":[)" +
                                   (second ? set : std::string(R"({"@id":"set"})")) + "]}");
}

TEST(JsonLd, ABasicUncertaintyWithAPedigreeIsADistribution) {
    Package p("pedigree");
    p.file("openlca.json", R"({"schemaVersion":2})").file("unit_groups/ug.json", with(units, "REF", "\"isRefUnit\""));
    p.file("flow_properties/mass.json", R"({"@id":"mass","name":"Mass","unitGroup":{"@id":"ug"}})");
    for (const char* id : {"product", "voc"})
        p.file(
            std::string("flows/") + id + ".json",
            std::string(R"({"@id":")") + id + R"(","name":")" + id + R"(","flowType":")" +
                (id[0] == 'v' ? "ELEMENTARY_FLOW" : "PRODUCT_FLOW") +
                R"(","flowProperties":[{"flowProperty":{"@id":"mass"},"conversionFactor":1,"isRefFlowProperty":true}]})");
    const std::string quality = R"x("dqEntry":"(1;2;3;4;5)","baseUncertainty":1.05)x";
    const std::string voc = R"({"flow":{"@id":"voc"},"amount":-2,"isInput":false)";
    p.file(
        "processes/p.json",
        R"({"@id":"p","name":"p","exchanges":[{"flow":{"@id":"product"},"amount":1,"isQuantitativeReference":true,)" +
            quality + "}," + voc + "," + quality + "}," + voc + R"x(,"dqEntry":"(1;2;3;4;5)"},)x" + voc + "," +
            quality + R"(,"uncertainty":{"distributionType":"NORMAL_DISTRIBUTION","mean":-2,"sd":0.1}}]})");
    ASSERT_TRUE(p.read()) << p.diagnostics.text(Language::en);
    const std::vector<Exchange>& e = p.db.processes.at(0).exchanges;
    ASSERT_EQ(e.size(), 4u);
    EXPECT_FALSE(e[0].distribution.given()) << "the reference is what all else is per";
    EXPECT_EQ(e[1].distribution.kind, Distribution::Kind::lognormal);
    EXPECT_DOUBLE_EQ(e[1].distribution.a, std::log(2.0));
    // Variances of ln of the scores 1;2;3;4;5 in the default table, and of the basic 1.05.
    const double sum = 0 + 0.0001 + 0.002 + 0.0006 + 0.12 + std::pow(std::log(1.05), 2);
    EXPECT_NEAR(e[1].distribution.b, std::sqrt(sum), 1e-12);
    EXPECT_FALSE(e[2].distribution.given()) << "a pedigree alone";
    EXPECT_EQ(e[3].distribution.kind, Distribution::Kind::normal) << "what the file says holds";
    EXPECT_EQ(p.report["distribution_from_pedigree"], 1);
}

class Generations : public testing::TestWithParam<bool> {};
TEST_P(Generations, SayTheSame) {
    Package p("generation");
    write_package(p, GetParam());
    ASSERT_TRUE(p.read()) << p.diagnostics.text(Language::en);
    const Database& db = p.db;
    ASSERT_EQ(db.processes.size(), 3u);
    const Process& make = db.processes[static_cast<size_t>(db.process_at.at("p-product"))];
    EXPECT_EQ(make.location, "CN");
    EXPECT_EQ(make.reference, 0);
    ASSERT_EQ(make.exchanges.size(), 4u);
    EXPECT_DOUBLE_EQ(make.exchanges[0].to_reference, 1e-3);
    EXPECT_DOUBLE_EQ(make.exchanges[1].to_reference, 0.8); // l of 800 kg/m3 -> kg
    EXPECT_EQ(make.exchanges[1].provider, db.process_at.at("p-solvent"));
    EXPECT_TRUE(make.exchanges[2].avoided);
    EXPECT_DOUBLE_EQ(make.exchanges[2].to_reference, 1e-3); // "gram" is a synonym
    const Exchange& voc = make.exchanges[3];
    EXPECT_EQ(voc.formula, "twice");
    EXPECT_EQ(voc.distribution.kind, Distribution::Kind::lognormal);
    EXPECT_DOUBLE_EQ(voc.distribution.a, std::log(0.5));
    EXPECT_DOUBLE_EQ(voc.distribution.b, std::log(1.2));
    EXPECT_DOUBLE_EQ(voc.base_sigma, std::log(1.05));
    EXPECT_EQ(voc.pedigree, (std::array<uint8_t, 5>{1, 2, 3, 4, 5}));
    EXPECT_EQ(make.parameters.at(0).distribution.kind, Distribution::Kind::uniform);
    EXPECT_EQ(db.flows[static_cast<size_t>(db.flow_at.at("voc"))].category, "air/urban");
    EXPECT_EQ(db.categories.at(0).unit, "kg x");
    EXPECT_DOUBLE_EQ(db.categories.at(0).factors.at(0).value, 4); // per g -> per kg
    EXPECT_EQ(db.methods.at(0).sets.at(0).weight.at(0), 3);
    EXPECT_EQ(p.report["converted_units"], 4); // three exchanges and a factor

    // By hand: 1 kg of product = 1/2 of the process; voc = (8 kg solvent x 3 - 0.0005 kg x 5 + 0.5) / 2.
    const double voc_expected = (8 * 3 - 0.0005 * 5 + 0.5) / 2;
    const Solved s(db, "p-product");
    EXPECT_NEAR(s.of("voc"), voc_expected, 1e-12);
    EXPECT_NEAR(s.score.at(0), 4 * voc_expected, 1e-11);
}
INSTANTIATE_TEST_SUITE_P(Schema, Generations, testing::Values(false, true));

void expect_same(const Database& a, const Database& b) {
    ASSERT_EQ(a.processes.size(), b.processes.size());
    ASSERT_EQ(a.flows.size(), b.flows.size());
    ASSERT_EQ(a.categories.size(), b.categories.size());
    ASSERT_EQ(a.methods.size(), b.methods.size());
    for (const Process& p : a.processes) {
        const Process& q = b.processes[static_cast<size_t>(b.process_at.at(p.id))];
        EXPECT_EQ(p.name, q.name);
        EXPECT_EQ(p.location, q.location);
        EXPECT_EQ(p.category, q.category);
        EXPECT_EQ(p.reference, q.reference);
        EXPECT_EQ(p.default_allocation, q.default_allocation);
        ASSERT_EQ(p.parameters.size(), q.parameters.size());
        for (size_t i = 0; i < p.parameters.size(); ++i) EXPECT_EQ(p.parameters[i].formula, q.parameters[i].formula);
        ASSERT_EQ(p.exchanges.size(), q.exchanges.size());
        for (size_t i = 0; i < p.exchanges.size(); ++i) {
            const Exchange &x = p.exchanges[i], &y = q.exchanges[i];
            EXPECT_EQ(a.flows[static_cast<size_t>(x.flow)].id, b.flows[static_cast<size_t>(y.flow)].id);
            EXPECT_EQ(x.amount, y.amount);
            EXPECT_EQ(x.unit, y.unit);
            EXPECT_EQ(x.to_reference, y.to_reference);
            EXPECT_EQ(x.formula, y.formula);
            EXPECT_EQ(x.input, y.input);
            EXPECT_EQ(x.avoided, y.avoided);
            EXPECT_EQ(x.pedigree, y.pedigree);
            EXPECT_NEAR(x.base_sigma, y.base_sigma, 1e-15);
            EXPECT_EQ(x.distribution.kind, y.distribution.kind);
            EXPECT_NEAR(x.distribution.a, y.distribution.a, 1e-12 * std::abs(x.distribution.a));
            EXPECT_NEAR(x.distribution.b, y.distribution.b, 1e-12 * std::abs(x.distribution.b));
            EXPECT_EQ(x.distribution.c, y.distribution.c);
            EXPECT_EQ(x.provider < 0 ? "" : a.processes[static_cast<size_t>(x.provider)].id,
                      y.provider < 0 ? "" : b.processes[static_cast<size_t>(y.provider)].id);
        }
        ASSERT_EQ(p.allocation.size(), q.allocation.size());
        for (size_t i = 0; i < p.allocation.size(); ++i) {
            EXPECT_EQ(p.allocation[i].value, q.allocation[i].value);
            EXPECT_EQ(p.allocation[i].exchange, q.allocation[i].exchange);
            EXPECT_EQ(p.allocation[i].formula, q.allocation[i].formula);
        }
    }
}

/// Writes, reads again; the file is removed.
Database round_trip(const Database& db) {
    const std::string path = testing::TempDir() + "viresco-" + std::to_string(getpid()) + ".zip";
    write_jsonld(db, path);
    Database back;
    ImportReport report;
    Diagnostics diagnostics;
    {
        const auto archive = Archive::open(path, diagnostics);
        EXPECT_TRUE(archive && read_jsonld(*archive, back, report, diagnostics)) << diagnostics.text(Language::en);
    }
    std::remove(path.c_str());
    return back;
}

TEST(Export, ReadsBackAsItWas) {
    Package p("export");
    write_package(p, false);
    ASSERT_TRUE(p.read());
    p.db.processes[0].default_allocation = Allocation::causal;
    p.db.processes[0].allocation = {{Allocation::causal, p.db.processes[0].exchanges[0].flow, 1, 0.7, "x/2"}};
    const Database back = round_trip(p.db);
    expect_same(p.db, back);
    EXPECT_EQ(back.methods.at(0).sets.at(0).normalisation.at(0), 2);
    EXPECT_EQ(back.flows[static_cast<size_t>(back.flow_at.at("voc"))].category, "air/urban");
}

TEST(Export, UslciHasTheSameScores) {
    const char* root = std::getenv("VIRESCO_REFERENCE_DATA");
    if (!root) GTEST_SKIP() << "VIRESCO_REFERENCE_DATA is not set: the export of USLCI is NOT checked";
    Database db;
    ImportReport report;
    Diagnostics diagnostics;
    const auto archive = Archive::open(std::string(root) + "/uslci/uslci_fy17_q4_olca1.5_jsonld.zip", diagnostics);
    ASSERT_TRUE(archive && read_jsonld(*archive, db, report, diagnostics));
    const Database back = round_trip(db);
    expect_same(db, back);
    for (const char* linking : {"plain", "file"}) {
        LinkReport a, b;
        const System x = link(db, {linking}, a, diagnostics), y = link(back, {linking}, b, diagnostics);
        EXPECT_EQ(x.diagonal.size(), y.diagonal.size());
        EXPECT_EQ(x.technosphere.entries(), y.technosphere.entries());
        EXPECT_EQ(x.intervention.entries(), y.intervention.entries());
        EXPECT_EQ(a.counts, b.counts) << linking;
    }
}

/// Scores of every category, by id.
std::map<std::string, double> scores(const Database& db, const std::string& process, const std::string& linking) {
    const Solved solved(db, process, 1, "", linking);
    std::map<std::string, double> all;
    for (size_t c = 0; c < db.categories.size(); ++c) all[db.categories[c].id] = solved.score.at(c);
    return all;
}

TEST(Export, OtherNamesOfFlowsKeepTheirFactors) {
    DatabaseBuilder b;
    b.db.unit_groups[0].reference = 1; // the reference unit is the g = 1e-3 of the group
    b.product("x");
    for (const char* name : {"co2", "methane", "listed co2", "listed methane"}) b.elementary(name);
    const int cn = b.location("CN");
    b.process("make", "CN");
    b.output("make", b.product("x"), 1);
    b.output("make", b.elementary("co2"), 5);
    b.output("make", b.elementary("methane"), 2).location = cn;
    b.db.aliases = {{"co2", "listed co2", 1}, {"methane", "listed methane", 0.5}, {"absent", "listed co2", 1}};
    b.factor(b.category("warming"), "listed co2", 1);
    b.factor(b.db.categories.back(), "listed methane", 30);
    b.factor(b.category("regional"), "listed methane", 7);
    b.factor(b.db.categories.back(), "listed methane", 11, cn);
    b.factor(b.category("own factor first"), "methane", 3);
    b.factor(b.db.categories.back(), "listed methane", 100);
    b.factor(b.category("formula"), "listed methane", 8);
    b.db.categories.back().factors[0].formula = "4*2";
    b.factor(b.category("uncertain"), "listed methane", 8);
    b.db.categories.back().factors[0].distribution = {Distribution::Kind::normal, 8, 1, 0};
    const auto before = scores(b.db, "make", "file");
    EXPECT_DOUBLE_EQ(before.at("warming"), 5 + 2 * 0.5 * 30);
    EXPECT_DOUBLE_EQ(before.at("regional"), 2 * 0.5 * 11);
    const Database back = round_trip(b.db);
    for (const char* linking : {"file", "plain"}) {
        const auto one = scores(b.db, "make", linking), other = scores(back, "make", linking);
        ASSERT_EQ(one.size(), other.size());
        for (const auto& [id, score] : one) EXPECT_DOUBLE_EQ(other.at(id), score) << id << ", " << linking;
    }
    const auto& uncertain = back.categories.at(static_cast<size_t>(back.category_at.at("uncertain"))).factors;
    ASSERT_EQ(uncertain.size(), 2u);
    EXPECT_DOUBLE_EQ(uncertain[1].distribution.a, 4);
    EXPECT_DOUBLE_EQ(uncertain[1].distribution.b, 0.5);
}

TEST(Export, UslciWithMethodsHasTheSameScores) {
    const char* root = std::getenv("VIRESCO_REFERENCE_DATA");
    if (!root) GTEST_SKIP() << "VIRESCO_REFERENCE_DATA is not set: the export of USLCI with methods is NOT checked";
    Database db;
    ImportReport report;
    Diagnostics diagnostics;
    const std::string data = root;
    const auto archive = Archive::open(data + "/uslci/uslci_fy17_q4_olca1.5_jsonld.zip", diagnostics);
    ASSERT_TRUE(archive && read_jsonld(*archive, db, report, diagnostics));
    ASSERT_TRUE(read_reference_data(data + "/openlca_refdata", data + "/openlca_refdata/ecospold1_flow_map.zip", db,
                                    report, diagnostics))
        << diagnostics.text(Language::en);
    ASSERT_FALSE(db.aliases.empty());
    // A few of the categories: all of them make a file of some hundred megabytes.
    db.methods.clear();
    std::vector<ImpactCategory> few;
    for (size_t c = 0; c < db.categories.size() && few.size() < 8; c += 12) few.push_back(db.categories[c]);
    db.categories = few;
    db.index();
    const Database back = round_trip(db);
    LinkReport a, b;
    const System x = link(db, {"file"}, a, diagnostics), y = link(back, {"file"}, b, diagnostics);
    EXPECT_EQ(a["characterisation_entries"], b["characterisation_entries"]);
    EXPECT_GT(a["characterisation_entries"], 0);
    const Solver one(x, &db), other(y, &back);
    int compared = 0;
    for (int activity = 0; activity < static_cast<int>(x.activities.size()); activity += 23) {
        const auto s = one.scores(one.inventory(one.solve(activity, 1).x));
        const Process& p = db.processes[static_cast<size_t>(x.activities[static_cast<size_t>(activity)].process)];
        const Flow& f = db.flows[static_cast<size_t>(x.activities[static_cast<size_t>(activity)].flow)];
        const int there = find_activity(back, y, back.process_at.at(p.id), back.flow_at.at(f.id));
        ASSERT_GE(there, 0) << p.name;
        const auto t = other.scores(other.inventory(other.solve(there, 1).x));
        for (size_t c = 0; c < few.size(); ++c) {
            EXPECT_NEAR(t.at(static_cast<size_t>(back.category_at.at(few[c].id))), s[c], 1e-9 * std::abs(s[c]))
                << p.name << ", " << few[c].name;
            compared += s[c] != 0;
        }
    }
    EXPECT_GT(compared, 20);
}

// ---- bad input: file and entity in the message, nothing imported

struct BadPackage {
    const char* name;
    const char* file;
    const char* text;
    MessageId id;
    std::vector<std::string> args;
};
void PrintTo(const BadPackage& b, std::ostream* out) { *out << b.name; }

class Bad : public testing::TestWithParam<BadPackage> {};
TEST_P(Bad, IsRefusedAsAWhole) {
    Package p("bad");
    write_package(p, true);
    p.file(GetParam().file, GetParam().text);
    p.db.flows.resize(1); // what is there before stays
    EXPECT_FALSE(p.read());
    ASSERT_GE(p.diagnostics.n_errors(), 1);
    const auto& d = p.diagnostics.all()[0];
    EXPECT_EQ(d.message.id, GetParam().id) << d.message.text(Language::en);
    EXPECT_EQ(d.message.args, GetParam().args);
    ASSERT_TRUE(d.pos.file);
    EXPECT_NE(d.pos.file->path.find(GetParam().file), std::string::npos) << d.pos.file->path;
    EXPECT_EQ(p.db.flows.size(), 1u);
    EXPECT_TRUE(p.db.processes.empty());
    EXPECT_TRUE(p.report.counts.empty());
}
INSTANTIATE_TEST_SUITE_P(
    Packages, Bad,
    testing::Values(
        BadPackage{"truncated",
                   "processes/p-co.json",
                   R"({"@id":"p-co","name":"make)",
                   message::lca_not_json,
                   {"A string is opened, but never closed."}},
        BadPackage{"array", "processes/p-co.json", "[]", message::lca_json_object, {}},
        BadPackage{"id", "flows/nameless.json", R"({"name":"x"})", message::lca_without_id, {"Flow"}},
        BadPackage{"duplicate",
                   "processes/z-again.json",
                   R"({"@id":"p-co","name":"x"})",
                   message::lca_duplicate_id,
                   {"Process", "p-co"}},
        BadPackage{
            "unit",
            "processes/x.json",
            R"({"@id":"x","name":"X","exchanges":[{"flow":{"@id":"co"},"amount":1,"flowProperty":{"@id":"mass"},"unit":{"name":"MJ"}}]})",
            message::lca_unknown_unit,
            {"X", "the co", "MJ", "Mass"}},
        BadPackage{
            "property",
            "processes/x.json",
            R"({"@id":"x","name":"X","exchanges":[{"flow":{"@id":"co"},"amount":1,"flowProperty":{"@id":"volume","name":"Volume"},"unit":{"name":"m3"}}]})",
            message::lca_unknown_property,
            {"X", "the co", "Volume"}},
        BadPackage{"flow",
                   "processes/x.json",
                   R"({"@id":"x","name":"X","exchanges":[{"amount":1}]})",
                   message::lca_exchange_without_flow,
                   {"X", "1"}},
        BadPackage{"amount",
                   "processes/x.json",
                   R"({"@id":"x","name":"X","exchanges":[{"flow":{"@id":"co"},"amount":"1"}]})",
                   message::lca_amount_missing,
                   {"X", "the co"}},
        BadPackage{"factor",
                   "unit_groups/zero.json",
                   R"({"@id":"zero","units":[{"name":"u","conversionFactor":0}]})",
                   message::lca_bad_factor,
                   {"u", "0"}}));

TEST(Import, NothingToRead) {
    Package p("empty");
    p.file("readme.txt", "hello");
    EXPECT_FALSE(p.read());
    EXPECT_EQ(p.diagnostics.all().at(0).message.id, message::lca_no_inventory);
}

TEST(Import, BadUncertaintyIsNamedAndTakenAsCertain) {
    Package p("uncertainty");
    write_package(p, true);
    const auto exchange = [](const std::string& uncertainty, const std::string& amount) {
        return R"({"flow":{"@id":"voc"},"amount":)" + amount +
               R"(,"isInput":false,"uncertainty":{"distributionType":)" + uncertainty + "}}";
    };
    p.file("processes/x.json", R"({"@id":"x","name":"X","exchanges":[)" +
                                   exchange(R"("LOG_NORMAL_DISTRIBUTION","geomMean":1,"geomSd":0)", "1") + "," +
                                   exchange(R"("LOG_NORMAL_DISTRIBUTION","geomMean":-2,"geomSd":1.5)", "-2") + "," +
                                   exchange(R"("LOG_NORMAL_DISTRIBUTION","geomMean":0,"geomSd":1.5)", "1") + "," +
                                   exchange(R"("NORMAL_DISTRIBUTION","mean":1,"sd":-1)", "1") + "," +
                                   exchange(R"("TRIANGLE_DISTRIBUTION","minimum":1,"mode":3,"maximum":2)", "1") + "," +
                                   exchange(R"("UNIFORM_DISTRIBUTION","minimum":1,"maximum":1)", "1") + "]}");
    ASSERT_TRUE(p.read()) << p.diagnostics.text(Language::en);
    const auto& x = p.db.processes[static_cast<size_t>(p.db.process_at.at("x"))].exchanges;
    EXPECT_FALSE(x[0].distribution.given());
    EXPECT_EQ(x[1].distribution.kind, Distribution::Kind::lognormal); // of -2: the sign is the amount's
    EXPECT_DOUBLE_EQ(x[1].distribution.a, std::log(2));
    for (size_t i = 2; i < 6; ++i) EXPECT_FALSE(x[i].distribution.given()) << i;
    EXPECT_EQ(p.report["uncertainties_without_spread"], 2);
    EXPECT_EQ(p.report["bad_distribution"], 3);
    for (const auto& f : p.report.findings)
        if (f.kind == "bad_distribution") {
            EXPECT_EQ(f.text.args[0], "X");
            EXPECT_EQ(f.text.args[1], "the voc");
        }
}

TEST(Import, MissingProviderIsListed) {
    Package p("provider");
    write_package(p, true);
    p.file(
        "processes/x.json",
        R"({"@id":"x","name":"X","exchanges":[{"flow":{"@id":"co"},"amount":1,"isInput":true,"defaultProvider":{"@id":"gone"}}]})");
    ASSERT_TRUE(p.read());
    ASSERT_EQ(p.report["unknown_provider"], 1);
    EXPECT_EQ(p.report["no_reference"], 1);
}

TEST(Import, CausalFactorsFindTheirExchangeThoughNumbersRepeat) {
    Package p("causal");
    write_package(p, true);
    const auto exchange = [](const std::string& flow, const std::string& input) {
        return R"({"internalId":3,"flow":{"@id":")" + flow + R"("},"amount":1,"isInput":)" + input + "}";
    };
    const auto factor = [](const std::string& exchange_of) {
        return R"({"allocationType":"CAUSAL_ALLOCATION","product":{"@id":"product"},"value":0.5,"exchange":{)" +
               exchange_of + "}}";
    };
    p.file("processes/x.json", R"({"@id":"x","name":"X","exchanges":[)" + exchange("product", "false") + "," +
                                   exchange("co", "true") + "," + exchange("voc", "false") +
                                   R"(],"allocationFactors":[)" + factor(R"("internalId":3,"flow":{"@id":"co"})") +
                                   "," + factor(R"("internalId":3)") + "," + factor(R"("flow":{"@id":"solvent"})") +
                                   "]}");
    ASSERT_TRUE(p.read()) << p.diagnostics.text(Language::en);
    const auto& a = p.db.processes[static_cast<size_t>(p.db.process_at.at("x"))].allocation;
    ASSERT_EQ(a.size(), 2u);
    EXPECT_EQ(a[0].exchange, 1);
    EXPECT_EQ(a[1].exchange, 2);
    EXPECT_EQ(p.report["allocation_factors_not_used"], 1); // of a flow that the process does not have
    EXPECT_EQ(p.report["allocation_exchange"], 1);
}

TEST(Import, FlowsWithoutAFileComeFromTheirReferences) {
    Package p("library");
    p.file("openlca.json", R"({"schemaVersion":2,"libraries":["ei39"]})")
        .file("processes/x.json",
              R"({"@id":"x","name":"X","exchanges":[
              {"flow":{"@id":"a","name":"A","flowType":"PRODUCT_FLOW","refUnit":"kg","category":"chemicals"},"amount":1,"isInput":false,"isQuantitativeReference":true,"flowProperty":{"@id":"mass","name":"Mass"},"unit":{"name":"kg"}},
              {"flow":{"@id":"b","name":"B","flowType":"ELEMENTARY_FLOW","refUnit":"kg"},"amount":2,"isInput":false,"flowProperty":{"@id":"mass","name":"Mass"},"unit":{"name":"kg"}}]})");
    ASSERT_TRUE(p.read()) << p.diagnostics.text(Language::en);
    EXPECT_EQ(p.report["library"], 1);
    EXPECT_EQ(p.report["flow_from_reference"], 2);
    EXPECT_EQ(p.report["property_from_reference"], 1);
    EXPECT_EQ(p.db.flows[0].category, "chemicals");
    EXPECT_EQ(Solved(p.db, "x").of("b"), 2);
}

TEST(Import, TheSamePackageTwiceReplacesItsProcesses) {
    Package p("twice");
    write_package(p, true);
    ASSERT_TRUE(p.read());
    const Database once = p.db;
    ASSERT_TRUE(p.read());
    expect_same(once, p.db);
    EXPECT_EQ(p.report["replaced"], 5); // three processes, the category and the method
    EXPECT_EQ(p.db.methods.size(), 1u);
    EXPECT_EQ(p.db.unit_groups.size(), 2u);
}

TEST(Import, OtherFilesAreCounted) {
    Package p("others");
    write_package(p, true);
    p.file("actors/a.json", "{}").file("actors/b.json", "{}").file("bin/sources/paper.pdf", "x");
    ASSERT_TRUE(p.read());
    EXPECT_EQ(p.report["files_not_taken"], 3);
    EXPECT_EQ(p.report["not_taken"], 2);
}

} // namespace
} // namespace viresco::lca

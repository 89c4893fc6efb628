// The museum of broken inventories: each ends in a message with file and entity, and the database is as it was.
#include "as_nobody.h"
#include "base/messages/lca.h"
#include "base/messages/lca_fmt.h"
#include "import_fixture.h"
#include <sys/stat.h>

namespace viresco::lca {
namespace {

struct BadImport : test::ImportFixture {
    BadImport() {
        // Something that must survive.
        EXPECT_TRUE(import(file(
            "good.csv", "process,flow,kind,amount,unit,compartment\nold,x,product,1,kg,\nold,CO2,emission,1,kg,air\n")))
            << messages();
        report = {};
    }
    void refused(const std::string& path, MessageId id, const std::vector<std::string>& named) {
        diagnostics = {};
        EXPECT_FALSE(import(path));
        EXPECT_TRUE(raised(id)) << id->name << " expected in: " << messages();
        for (const std::string& name : named)
            EXPECT_NE(messages().find(name), std::string::npos) << name << " in: " << messages();
        EXPECT_NE(messages().find(std::filesystem::path(path).filename().string()), std::string::npos) << messages();
        EXPECT_EQ(db.processes.size(), 1u);
        EXPECT_EQ(db.flows.size(), 2u);
        EXPECT_EQ(db.linking, "file");
    }
    static std::string unit_group() {
        return R"({"@type":"UnitGroup","@id":"ug","name":"Units of mass","units":[{"@id":"kg","name":"kg","conversionFactor":1.0,"isRefUnit":true}]})";
    }
    static std::string property() {
        return R"({"@type":"FlowProperty","@id":"mass","name":"Mass","unitGroup":{"@id":"ug"}})";
    }
    static std::string flow_json(const std::string& id, const std::string& type) {
        return R"({"@type":"Flow","@id":")" + id + R"(","name":"flow )" + id + R"(","flowType":")" + type +
               R"(","flowProperties":[{"isRefFlowProperty":true,"conversionFactor":1.0,"flowProperty":{"@id":"mass"}}]})";
    }
    static std::string process_json(const std::string& id, const std::string& more) {
        return R"({"@type":"Process","@id":")" + id + R"(","name":"process )" + id +
               R"(","exchanges":[{"isInput":false,"isQuantitativeReference":true,"amount":1.0,"flow":{"@id":"f"},"unit":{"@id":"kg"},"flowProperty":{"@id":"mass"}})" +
               more + "]}";
    }
    std::string jsonld(const std::vector<std::pair<std::string, std::string>>& more) const {
        std::vector<std::pair<std::string, std::string>> all = {{"openlca.json", R"({"schemaVersion":2})"},
                                                                {"unit_groups/ug.json", unit_group()},
                                                                {"flow_properties/mass.json", property()},
                                                                {"flows/f.json", flow_json("f", "PRODUCT_FLOW")},
                                                                {"flows/e.json", flow_json("e", "ELEMENTARY_FLOW")}};
        for (const auto& entry : more) all.push_back(entry);
        return zip("package.zip", all);
    }
    static std::string emission(const std::string& amount, const std::string& more) {
        return R"(,{"isInput":false,"amount":)" + amount +
               R"(,"flow":{"@id":"e"},"unit":{"@id":"kg"},"flowProperty":{"@id":"mass"})" + more + "}";
    }
};

TEST_F(BadImport, UnknownUnit) {
    refused(
        jsonld(
            {{"processes/p.json",
              process_json(
                  "p",
                  R"(,{"isInput":false,"amount":1.0,"flow":{"@id":"e"},"unit":{"@id":"furlong","name":"furlong"},"flowProperty":{"@id":"mass"}})")}}),
        message::lca_unknown_unit, {"furlong", "process p", "flow e"});
}
TEST_F(BadImport, UnknownFlowProperty) {
    refused(
        jsonld(
            {{"processes/p.json",
              process_json(
                  "p",
                  R"(,{"isInput":false,"amount":1.0,"flow":{"@id":"e"},"unit":{"@id":"kg"},"flowProperty":{"@id":"spin","name":"Spin"}})")}}),
        message::lca_unknown_property, {"process p", "flow e"});
}
TEST_F(BadImport, DuplicateIds) {
    refused(jsonld({{"processes/p.json", process_json("p", "")}, {"processes/q.json", process_json("p", "")}}),
            message::lca_duplicate_id, {"p"});
}
TEST_F(BadImport, SigmaZeroIsNamedAndCertain) {
    ASSERT_TRUE(import(jsonld(
        {{"processes/p.json",
          process_json(
              "p",
              emission(
                  "2.0",
                  R"(,"uncertainty":{"distributionType":"LOG_NORMAL_DISTRIBUTION","geomMean":2.0,"geomSd":1.0})"))}})))
        << messages();
    ASSERT_TRUE(finding("without_spread"));
    EXPECT_EQ(finding("without_spread")->process, "p");
    EXPECT_FALSE(exchange("process p", "flow e").distribution.given());
    EXPECT_EQ(db.processes.size(), 2u);
}
TEST_F(BadImport, LimitsInTheWrongOrderAreNamed) {
    ASSERT_TRUE(import(jsonld(
        {{"processes/p.json",
          process_json(
              "p",
              emission(
                  "2.0",
                  R"(,"uncertainty":{"distributionType":"TRIANGLE_DISTRIBUTION","minimum":3.0,"mode":2.0,"maximum":1.0})"))}})))
        << messages();
    ASSERT_TRUE(finding("bad_distribution"));
    EXPECT_NE(finding("bad_distribution")->text.text(Language::en).find("process p"), std::string::npos);
}
TEST_F(BadImport, NegativeLognormalIsExplained) {
    ASSERT_TRUE(import(file("t.csv", "process,flow,kind,amount,unit,compartment,uncertainty,spread\np,y,product,1,kg,,,"
                                     "\np,CO2,emission,-2,kg,air,lognormal,1.3\n")))
        << messages();
    ASSERT_TRUE(finding("negative_lognormal"));
    const std::string text = finding("negative_lognormal")->text.text(Language::en);
    EXPECT_NE(text.find("'CO2' in 'p'"), std::string::npos) << text;
    EXPECT_TRUE(exchange("p", "CO2").distribution.valid());
}
TEST_F(BadImport, MissingProviderIsListed) {
    ASSERT_TRUE(import(jsonld(
        {{"processes/p.json",
          process_json(
              "p",
              R"(,{"isInput":true,"amount":1.0,"flow":{"@id":"f"},"unit":{"@id":"kg"},"flowProperty":{"@id":"mass"},"defaultProvider":{"@id":"nobody"}})")}})))
        << messages();
    ASSERT_TRUE(finding("unknown_provider"));
    EXPECT_NE(finding("unknown_provider")->text.text(Language::en).find("nobody"), std::string::npos);
    db.processes[1].exchanges[1].flow = 0; // 'x' of the old database has a maker
    ASSERT_TRUE(import(file("t.csv", "process,flow,kind,amount,unit\nq,y,product,1,kg\nq,nowhere made,input,1,kg\n")))
        << messages();
    linked();
    EXPECT_EQ(link_report["unlinked_input"], 1);
}
TEST_F(BadImport, TruncatedJson) {
    refused(jsonld({{"processes/p.json", process_json("p", "").substr(0, 80)}}), message::lca_not_json, {"p.json"});
}
TEST_F(BadImport, TruncatedXml) {
    refused(file("x.xml", "<?xml version=\"1.0\"?><ecoSpold xmlns=\"http://www.EcoInvent.org/EcoSpold01\"><dataset "
                          "number=\"1\"><metaInf"),
            message::xml_malformed, {});
    refused(file("x.spold", "<?xml version=\"1.0\"?><ecoSpold xmlns=\"http://www.EcoInvent.org/EcoSpold02\">"),
            message::xml_malformed, {});
}
TEST_F(BadImport, NumbersWithACommaInXml) {
    refused(
        file("x.xml",
             "<ecoSpold xmlns=\"http://www.EcoInvent.org/EcoSpold01\"><dataset "
             "number=\"1\"><metaInformation><processInformation><referenceFunction name=\"p\"/></processInformation>"
             "</metaInformation><flowData>\n<exchange number=\"1\" name=\"p\" unit=\"kg\" "
             "meanValue=\"1,5\"><outputGroup>0</outputGroup></exchange></flowData></dataset></ecoSpold>"),
        message::xml_not_a_number, {"x.xml:2:", "1,5", "decimal point"});
}
TEST_F(BadImport, WrongUnitInXml) {
    // ecoSpold 2 knows flows by id: the second use counts it in another quantity.
    const auto x = [](const char* unit, const char* group) {
        return std::string(
                   "<intermediateExchange intermediateExchangeId=\"i\" amount=\"1\"><name>steam</name><unitName>") +
               unit + "</unitName>" + group + "</intermediateExchange>";
    };
    refused(
        file("x.spold",
             "<ecoSpold xmlns=\"http://www.EcoInvent.org/EcoSpold02\"><activityDataset><activityDescription><activity "
             "id=\"a\"><activityName>boiler</activityName></activity>"
             "</activityDescription><flowData>" +
                 x("MJ", "<outputGroup>0</outputGroup>") + x("kg", "<inputGroup>5</inputGroup>") +
                 "</flowData></activityDataset></ecoSpold>"),
        message::draft_wrong_unit, {"boiler", "steam", "'kg'", "MJ"});
}
TEST_F(BadImport, DuplicateDatasets) {
    const std::string d = "<dataset number=\"1\"><metaInformation><processInformation><referenceFunction "
                          "name=\"p\"/></processInformation></metaInformation><flowData>"
                          "<exchange number=\"1\" name=\"p\" unit=\"kg\" "
                          "meanValue=\"1\"><outputGroup>0</outputGroup></exchange></flowData></dataset>";
    refused(file("x.xml", "<ecoSpold xmlns=\"http://www.EcoInvent.org/EcoSpold01\">" + d + d + "</ecoSpold>"),
            message::lca_duplicate_id, {"p ("});
}
TEST_F(BadImport, Bombs) {
    refused(zip("bomb.zip", {{"openlca.json", "{}"}, {"processes/p.json", std::string(20u << 20, ' ')}}),
            message::archive_bomb, {"processes/p.json"});
    // XML entities are not expanded.
    refused(file("x.xml",
                 "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b "
                 "\"&a;&a;&a;&a;\">]><ecoSpold xmlns=\"http://www.EcoInvent.org/EcoSpold01\"><dataset number=\"1\">"
                 "<metaInformation><processInformation><referenceFunction "
                 "name=\"\"/></processInformation></metaInformation></dataset></ecoSpold>"),
            message::ecospold_without_name, {});
}
TEST_F(BadImport, PathTraversal) {
    refused(zip("evil.zip", {{"openlca.json", "{}"}, {"processes/../../p.json", "{}"}}), message::archive_unsafe_name,
            {"processes/../../p.json"});
}
TEST_F(BadImport, TruncatedZip) {
    const std::string bytes = content(jsonld({{"processes/p.json", process_json("p", "")}}));
    refused(file("cut.zip", bytes.substr(0, bytes.size() / 2)), message::archive_damaged, {});
}
TEST_F(BadImport, WrongEncodings) {
    refused(file("x.csv", std::string("SimaPro\0x", 9)), message::simapro_encoding, {});
    refused(jsonld({{"processes/p.json", "{\"@type\":\"Process\",\"@id\":\"p\",\"name\":\"\xE4\"}"}}),
            message::lca_not_json, {"p.json"});
}
TEST_F(BadImport, UnknownFormats) {
    refused(file("x.xlsx.json", "{}"), message::import_unknown, {"openLCA JSON-LD"});
    refused(zip("empty.zip", {{"readme.md", "x"}}), message::import_unknown, {"*.md"});
    refused((folder / "missing.zip").string(), message::archive_missing, {});
}
TEST_F(BadImport, FlowMapWithAnInventory) {
    ImportOptions options;
    options.sources = &sources;
    options.flow_map = "map.csv";
    EXPECT_FALSE(import_file(file("t.csv", "process,flow,kind,amount,unit\np,y,product,1,kg\n"), db, options, report,
                             diagnostics));
    EXPECT_TRUE(raised(message::import_flow_map));
    EXPECT_EQ(db.processes.size(), 1u);
}

TEST_F(BadImport, UnknownDistributionIsNamed) {
    ASSERT_TRUE(
        import(jsonld({{"processes/p.json",
                        process_json("p", emission("2.0", R"(,"uncertainty":{"distributionType":"FOO","mean":2})"))}})))
        << messages();
    ASSERT_TRUE(finding("unknown_distribution"));
    EXPECT_EQ(finding("unknown_distribution")->text.args, (std::vector<std::string>{"process p", "flow e", "FOO"}));
}
TEST_F(BadImport, NegativeLognormalOfJsonldIsExplained) {
    ASSERT_TRUE(import(jsonld(
        {{"processes/p.json",
          process_json(
              "p",
              emission(
                  "-2.0",
                  R"(,"uncertainty":{"distributionType":"LOG_NORMAL_DISTRIBUTION","geomMean":2.0,"geomSd":1.2})"))}})))
        << messages();
    ASSERT_TRUE(finding("negative_lognormal"));
    EXPECT_EQ(finding("negative_lognormal")->process, "p");
    EXPECT_FALSE(finding("off_middle"));
}
TEST_F(BadImport, AmountFarFromItsDistributionIsNamed) {
    const auto with = [&](const char* amount, const char* distribution) {
        report = {};
        EXPECT_TRUE(
            import(jsonld({{"processes/p.json",
                            process_json("p", emission(amount, std::string(",\"uncertainty\":{\"distributionType\":") +
                                                                   distribution + "}"))}})))
            << messages();
        return finding("off_middle") != nullptr;
    };
    EXPECT_TRUE(with("2.0", R"("LOG_NORMAL_DISTRIBUTION","geomMean":5.0,"geomSd":1.2)"));
    EXPECT_FALSE(with("5.0", R"("LOG_NORMAL_DISTRIBUTION","geomMean":5.0,"geomSd":1.2)"));
    // e^(0.7^2 / 2) = 1.278: the mean of a wide lognormal; its spread e^0.7 = 2.0138.
    EXPECT_FALSE(with("6.388", R"("LOG_NORMAL_DISTRIBUTION","geomMean":5.0,"geomSd":2.0138)"));
    EXPECT_TRUE(with("2.0", R"("NORMAL_DISTRIBUTION","mean":5.0,"sd":1.0)"));
    EXPECT_TRUE(with("2.0", R"("UNIFORM_DISTRIBUTION","minimum":3.0,"maximum":4.0)"));
    EXPECT_FALSE(with("2.0", R"("TRIANGLE_DISTRIBUTION","minimum":1.0,"mode":2.5,"maximum":4.0)"));
}
TEST_F(BadImport, NumbersThatJsonDoesNotHaveNameTheExchange) {
    for (const char* amount : {"NaN", "1e999", "-Infinity"})
        refused(jsonld({{"processes/p.json", process_json("p", emission(amount, R"(,"description":"a NaN, 1e999")"))}}),
                message::lca_amount_missing, {"process p", "flow e", "processes/p.json"});
    refused(jsonld({{"unit_groups/v.json", R"({"@id":"v","name":"V","units":[{"name":"l","conversionFactor":NaN}]})"}}),
            message::lca_nan_in_json, {"unit_groups/v.json"});
}
TEST_F(BadImport, EntitiesBesideEachOtherAreRead) {
    // As brightway's fixture AWARE: impact_category.json and impact_method.json in one folder, none of openLCA's own.
    file("AWARE/impact_method.json",
         R"({"@type": "ImpactMethod", "@id": "m", "name": "AWARE", "impactCategories": [{"@id": "c"}]})");
    const std::string path = file(
        "AWARE/impact_category.json",
        R"({"@type": "ImpactCategory", "@id": "c", "name": "Water use", "referenceUnitName": "m3", "impactFactors": [
            {"value": 6.9, "flow": {"@id": "w", "name": "Water", "flowType": "ELEMENTARY_FLOW", "refUnit": "m3"},
             "unit": {"@id": "m3", "name": "m3"}, "flowProperty": {"@id": "v", "name": "Volume"}}]})");
    ASSERT_TRUE(import((folder / "AWARE").string())) << messages();
    ASSERT_EQ(db.categories.size(), 1u);
    EXPECT_EQ(db.categories[0].factors.at(0).value, 6.9);
    ASSERT_EQ(db.methods.size(), 1u);
    EXPECT_EQ(db.methods[0].categories, std::vector<int>{0});
}
TEST_F(BadImport, FactorsPerAUnitOfNoFlow) {
    const auto methods = [&](const std::string& per) {
        report = {};
        EXPECT_TRUE(
            import(file("m.yaml", "viresco: 1\nkind: methods\ncategories:\n  gwp:\n    unit: kgCO2e\n    factors:\n"
                                  "      - {name: CO2, per: " +
                                      per + ", value: 1}\nmethods:\n  m: {categories: [gwp]}\n")))
            << messages();
    };
    methods("foo");
    ASSERT_TRUE(finding("per_unknown"));
    EXPECT_EQ(finding("per_unknown")->text.args, (std::vector<std::string>{"gwp", "CO2", "foo"}));
    EXPECT_FALSE(finding("replaced"));
    methods("m3"); // a unit, but not one of the flow
    EXPECT_FALSE(finding("per_unknown"));
    ASSERT_TRUE(finding("per_misfit"));
    EXPECT_EQ(finding("per_misfit")->text.args, (std::vector<std::string>{"gwp", "CO2", "1", "m3"}));
    methods("{m3: 2, kg: 1}");
    EXPECT_FALSE(finding("per_unknown") || finding("per_misfit"));
    EXPECT_EQ(report["replaced"], 2); // category and method
}
TEST_F(BadImport, PipesAndDevicesAreNoFiles) {
    const std::string pipe = (folder / "pipe").string();
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    refused(pipe, message::archive_not_regular, {});
    refused("/dev/zero", message::archive_not_regular, {});
}
TEST_F(BadImport, AFolderThatMayNotBeRead) {
    const std::filesystem::path closed = folder / "closed";
    std::filesystem::create_directories(closed / "inner");
    for (const auto& path : {closed / "inner", closed}) {
        std::filesystem::permissions(path, std::filesystem::perms::none);
        {
            const AsNobody nobody; // root may read everything
            refused(closed.string(), message::archive_unreadable, {"ermission denied"});
        }
        std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    }
}

/// A folder of impact methods with one damaged file: the error outlives the archives it was found in.
struct BadMethods : BadImport {
    std::string methods(const std::string& name, const std::string& text) const {
        const std::pair<const char*, const char*> files[] = {
            {"unit_groups.csv", "ID,Name,Reference unit\nug,Units of mass,kg\n"},
            {"units.csv", "ID,Name,Conversion factor,Unit group\nu2,kg,1.0,Units of mass\n"},
            {"flow_properties.csv", "ID,Name,Unit group\nmass,Mass,Units of mass\n"},
            {"lcia_categories.csv", "ID,Name,Reference unit\ngwp,Warming,kg CO2\n"},
            {"lcia_methods.csv", "ID,Name\nm1,Method\n"},
            {"lcia_method_categories.csv", "LCIA method,LCIA category\nMethod,gwp\n"},
            {"lcia_factors/gwp.csv",
             "LCIA category,Flow,Flow property,Flow unit,Location,Factor\ngwp,co2,Mass,kg,,1.0\n"}};
        for (const auto& [n, content] : files) file(std::string("refdata/") + n, n == name ? text : content);
        if (name == "lcia_factors.zip") {
            std::filesystem::remove_all(folder / "refdata/lcia_factors");
            ArchiveWriter writer((folder / "refdata/lcia_factors.zip").string());
            writer.add("gwp.csv", text);
            writer.close();
        }
        return (folder / "refdata").string();
    }
    void refused_map(const std::string& text, MessageId id, const std::string& at) {
        diagnostics = {};
        ImportOptions options;
        options.sources = &sources;
        options.flow_map = file("map.csv", text);
        EXPECT_FALSE(import_file(methods("", ""), db, options, report, diagnostics));
        EXPECT_TRUE(raised(id)) << messages();
        EXPECT_NE(messages().find(at), std::string::npos) << messages();
    }
};
TEST_F(BadMethods, FlowMaps) {
    refused_map("garbage", message::lca_csv_cells, "map.csv:1:");
    refused_map("a;co2;1\na;b;x\n", message::lca_csv_number, "map.csv:2:");
    refused_map("a;b;x\n", message::lca_csv_number, "about a");
    refused_map("a;b;0\n", message::lca_bad_factor, "map.csv:1:");
}
TEST_F(BadMethods, Tables) {
    const std::string head = "LCIA category,Flow,Flow property,Flow unit,Location,Factor\n";
    refused(methods("lcia_factors/gwp.csv", head + "gwp,co2,Mass,kg,,abc\n"), message::lca_csv_number,
            {"gwp.csv:2:", "'abc'", "Warming, co2"});
    refused(methods("lcia_factors.zip", head + "gwp,co2,Mass,kg,,abc\n"), message::lca_csv_number,
            {"lcia_factors.zip/gwp.csv:2:", "Warming, co2"});
    std::filesystem::remove(folder / "refdata/lcia_factors.zip");
    refused(methods("lcia_categories.csv", "ID,Na"), message::lca_csv_columns, {"lcia_categories.csv"});
    refused(methods("lcia_categories.csv", "ID,Name,Reference unit\ngwp,War"), message::lca_csv_cells,
            {"lcia_categories.csv:2:"});
    methods("lcia_factors.zip", head + "gwp,co2,Mass,kg,,1\n");
    std::filesystem::remove(folder / "refdata/lcia_categories.csv");
    refused((folder / "refdata").string(), message::lca_missing_file, {"lcia_categories.csv"});
}

} // namespace
} // namespace viresco::lca

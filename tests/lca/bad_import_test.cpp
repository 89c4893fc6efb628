// The museum of broken inventories: each ends in a message with file and entity, and the database is as it was.
#include "base/messages/lca.h"
#include "base/messages/lca_fmt.h"
#include "import_fixture.h"

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

} // namespace
} // namespace viresco::lca

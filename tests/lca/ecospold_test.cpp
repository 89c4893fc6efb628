#include "base/messages/lca_fmt.h"
#include "import_fixture.h"
#include "lca/name_id.h"
#include "lca/store.h"
#include <cmath>
#include <set>

namespace viresco::lca {
namespace {

struct EcospoldTest : test::ImportFixture {
    /// A dataset of EcoSpold 1: what stands in flowData.
    static std::string dataset(const std::string& number, const std::string& name, const std::string& flow_data) {
        return "<dataset number=\"" + number + "\"><metaInformation><processInformation><referenceFunction name=\"" +
               name +
               "\" amount=\"1\" unit=\"kg\" category=\"c\" subCategory=\"s\"/><geography location=\"CH\"/>"
               "<dataSetInformation type=\"1\"/></processInformation></metaInformation><flowData>" +
               flow_data + "</flowData></dataset>\n";
    }
    static std::string exchange_xml(const std::string& number, const std::string& name, const char* group,
                                    const std::string& attributes) {
        const bool nature = std::string(group).find('4') != std::string::npos;
        return "<exchange number=\"" + number + "\" name=\"" + name + "\" category=\"" + (nature ? "air" : "c") +
               "\" subCategory=\"s\" location=\"" + (nature ? "" : "CH") + "\" " + attributes + ">" + group +
               "</exchange>\n";
    }
    std::string ecospold(const std::string& datasets) {
        return file("x.xml", "<?xml version=\"1.0\"?>\n<ecoSpold xmlns=\"http://www.EcoInvent.org/EcoSpold01\">\n" +
                                 datasets + "</ecoSpold>");
    }
    static constexpr const char* reference = "<outputGroup>0</outputGroup>";
    static constexpr const char* coproduct = "<outputGroup>2</outputGroup>";
    static constexpr const char* emission = "<outputGroup>4</outputGroup>";
    static constexpr const char* input = "<inputGroup>5</inputGroup>";
};

TEST(NameId, IsTheOneOfOpenlca) {
    // Ids of USLCI's own flows, which openLCA made of these names.
    EXPECT_EQ(name_id({"air", "high population density", "Toluene", "kg"}), "00423103-cdb6-3057-a964-306aa70c01e4");
    EXPECT_EQ(name_id({" AIR ", "low population density", "carbon dioxide", "kg"}),
              "002ae8e2-47fa-3117-b728-a167bd9ab730");
    EXPECT_EQ(name_id({"resource", "in ground", "Molybdenite, 0.24%, in ground", "kg"}),
              "0008c7fe-f521-392f-a08f-155f38e3a8f1");
    // RFC 1321: MD5 of "" is d41d8cd98f00b204e9800998ecf8427e.
    EXPECT_EQ(name_id({""}), "d41d8cd9-8f00-3204-a980-0998ecf8427e");
    EXPECT_EQ(name_id({std::string(200, 'a')}).size(), 36u);
}

TEST_F(EcospoldTest, UslciPackage) {
    VIRESCO_NEEDS_REFERENCE_DATA();
    ASSERT_TRUE(import(test::reference_data() + "/uslci/uslci_fy21_q3_ecospold1.zip")) << messages();
    // Counted in the XML itself: datasets, exchanges, uncertaintyType 1, 3 and 4.
    EXPECT_EQ(report["processes"], 639);
    EXPECT_EQ(db.processes.size(), 639u);
    EXPECT_EQ(report["exchanges"], 45656);
    EXPECT_EQ(report["uncertainties"], 5130 + 393 + 24);
    linked();
    // Every product input and every waste is linked or listed: none is dropped silently.
    int inputs = 0, wastes = 0, outputs = 0;
    std::set<std::pair<std::string, int>> coproducts; // the reference product once more is more of it
    for (const Process& p : db.processes)
        for (size_t k = 0; k < p.exchanges.size(); ++k) {
            const Exchange& e = p.exchanges[k];
            const FlowType type = db.flows[static_cast<size_t>(e.flow)].type;
            EXPECT_FALSE(type == FlowType::waste && e.input);
            inputs += type == FlowType::product && e.input;
            wastes += type == FlowType::waste;
            if (type != FlowType::product || e.input || static_cast<int>(k) == p.reference) continue;
            ++outputs;
            if (e.flow != p.exchanges[static_cast<size_t>(p.reference)].flow) coproducts.emplace(p.id, e.flow);
        }
    EXPECT_EQ(inputs, 6954);                // inputGroup 5 in the XML
    EXPECT_EQ(wastes + outputs, 245 + 187); // outputGroups 3 and 2
    EXPECT_EQ(link_report["linked"] + link_report["unlinked_input"], inputs);
    EXPECT_EQ(link_report["unlinked_waste"], wastes);
    EXPECT_EQ(link_report["coproduct_dropped"], static_cast<int>(coproducts.size()));
    // And it fits through the store.
    const std::string path = (folder / "u.db").string();
    save(db, path);
    Database again;
    EXPECT_TRUE(load(path, again, diagnostics));
    EXPECT_EQ(again.processes.size(), 639u);
}

TEST_F(EcospoldTest, AmountsUnitsAndProvidersByNumber) {
    const std::string path = ecospold(dataset("7", "steam",
                                              exchange_xml("7", "steam", reference, "unit=\"MJ\" meanValue=\"2\"") +
                                                  exchange_xml("90", "CO2", emission, "unit=\"g\" meanValue=\"500\"")) +
                                      dataset("8", "acid",
                                              exchange_xml("8", "acid", reference, "unit=\"kg\" meanValue=\"4\"") +
                                                  exchange_xml("7", "steam", input, "unit=\"kWh\" meanValue=\"1\"")));
    ASSERT_TRUE(import(path)) << messages();
    EXPECT_EQ(exchange("acid", "steam").provider, process("steam"));
    // 1 kg acid: 0.25 kWh = 0.9 MJ steam: 0.45 x 0.5 kg.
    EXPECT_DOUBLE_EQ(inventory("acid", 1, "CO2"), 0.25 * 3.6 / 2 * 0.5);
    EXPECT_EQ(process_of("acid").location, "CH");
}

TEST_F(EcospoldTest, Distributions) {
    const auto e = [&](const char* name, const char* attributes) {
        return exchange_xml("1", name, emission, std::string("unit=\"kg\" meanValue=\"2\" ") + attributes);
    };
    const std::string path = ecospold(
        dataset("1", "p",
                exchange_xml("1", "p", reference, "unit=\"kg\" meanValue=\"1\"") +
                    e("ln", "uncertaintyType=\"1\" standardDeviation95=\"1.44\"") +
                    e("n", "uncertaintyType=\"2\" standardDeviation95=\"0.5\"") +
                    e("t", "uncertaintyType=\"3\" minValue=\"1\" maxValue=\"4\"") +
                    e("tm", "uncertaintyType=\"3\" minValue=\"1\" maxValue=\"4\" mostLikelyValue=\"1.5\"") +
                    e("u", "uncertaintyType=\"4\" minValue=\"1\" maxValue=\"3\"") +
                    e("zero", "uncertaintyType=\"1\" standardDeviation95=\"1\"") +
                    e("less", "uncertaintyType=\"1\" standardDeviation95=\"0.9\"")));
    ASSERT_TRUE(import(path)) << messages();
    using Kind = Distribution::Kind;
    EXPECT_EQ(exchange("p", "ln").distribution.kind, Kind::lognormal);
    EXPECT_DOUBLE_EQ(exchange("p", "ln").distribution.a, std::log(2));
    EXPECT_DOUBLE_EQ(exchange("p", "ln").distribution.b, std::log(1.2));
    EXPECT_DOUBLE_EQ(exchange("p", "n").distribution.b, 0.25);
    EXPECT_DOUBLE_EQ(exchange("p", "t").distribution.b, 3 * 2 - 1 - 4);
    EXPECT_DOUBLE_EQ(exchange("p", "tm").distribution.b, 1.5);
    EXPECT_EQ(exchange("p", "u").distribution.kind, Kind::uniform);
    EXPECT_FALSE(exchange("p", "zero").distribution.given());
    EXPECT_EQ(report["without_spread"], 1);
    EXPECT_FALSE(exchange("p", "less").distribution.given());
    ASSERT_TRUE(finding("bad_distribution"));
    EXPECT_NE(finding("bad_distribution")->text.text(Language::en).find("'less' in 'p'"), std::string::npos);
}

TEST_F(EcospoldTest, AllocationOfTheFileApplies) {
    const std::string path = ecospold(
        dataset("1", "p",
                exchange_xml("1", "a", reference, "unit=\"kg\" meanValue=\"1\"") +
                    exchange_xml("2", "b", coproduct, "unit=\"kg\" meanValue=\"3\"") +
                    exchange_xml("3", "CO2", emission, "unit=\"kg\" meanValue=\"2\"") +
                    "<allocation referenceToCoProduct=\"1\" "
                    "fraction=\"25\"><referenceToInputOutput>3</referenceToInputOutput></allocation>"
                    "<allocation referenceToCoProduct=\"2\" "
                    "fraction=\"75\"><referenceToInputOutput>3</referenceToInputOutput></allocation>"));
    ASSERT_TRUE(import(path)) << messages();
    EXPECT_EQ(report["allocation_factors"], 2);
    EXPECT_DOUBLE_EQ(inventory("p", 1, "CO2"), 0.5);
}

TEST_F(EcospoldTest, ImportAgainReplaces) {
    const std::string one = dataset("1", "p",
                                    exchange_xml("1", "p", reference, "unit=\"kg\" meanValue=\"1\"") +
                                        exchange_xml("3", "CO2", emission, "unit=\"kg\" meanValue=\"2\""));
    ASSERT_TRUE(import(ecospold(one)));
    ASSERT_TRUE(import(ecospold(dataset("1", "p",
                                        exchange_xml("1", "p", reference, "unit=\"kg\" meanValue=\"1\"") +
                                            exchange_xml("3", "CO2", emission, "unit=\"kg\" meanValue=\"5\"")))));
    EXPECT_EQ(db.processes.size(), 1u);
    EXPECT_EQ(report["replaced"], 1);
    EXPECT_DOUBLE_EQ(inventory("p", 1, "CO2"), 5);
}

TEST_F(EcospoldTest, MethodsOfEcospold1) {
    const std::string method =
        "<dataset number=\"1\"><metaInformation><processInformation><referenceFunction name=\"GWP100\" unit=\"kg CO2\" "
        "category=\"IPCC\" subCategory=\"climate\"/>"
        "<dataSetInformation impactAssessmentResult=\"true\"/></processInformation></metaInformation><flowData>" +
        exchange_xml("3", "CO2", emission, "unit=\"g\" meanValue=\"0.001\"") + "</flowData></dataset>";
    ASSERT_TRUE(import(ecospold(method))) << messages();
    ASSERT_EQ(db.methods.size(), 1u);
    EXPECT_EQ(db.methods[0].name, "IPCC");
    EXPECT_DOUBLE_EQ(db.categories.at(0).factors.at(0).value, 1); // per kg
}

TEST_F(EcospoldTest, BrightwaysFixtures) {
    VIRESCO_NEEDS_REFERENCE_DATA();
    const std::string tar = test::reference_data() + "/lca_formats/bw2io_format_fixtures.tar.gz";
    ASSERT_EQ(std::system(("tar -xzf '" + tar + "' -C '" + folder.string() + "'").c_str()), 0);
    const std::filesystem::path fixtures = folder / "tests/fixtures";
    ASSERT_TRUE(import((fixtures / "ecospold1/Aluminum, extrusion, at plant.xml").string())) << messages();
    EXPECT_EQ(exchange("Aluminum, extrusion, at plant", "Dummy, Aluminum, scrap").amount, 426.11);
    const System aluminium = linked();
    EXPECT_EQ(aluminium.activities.size(), 1u);
    // Its root is <notecoSpold>.
    EXPECT_FALSE(import((fixtures / "ecospold1/Acetic acid, at plant.xml").string()));
    EXPECT_TRUE(raised(message::import_unknown));
    diagnostics = {};
    ASSERT_TRUE(import((fixtures / "ecospold1").string())) << messages(); // a folder: the two others
    EXPECT_EQ(db.processes.size(), 2u);

    db = {};
    const std::string spold = "00000_11111111-2222-3333-4444-555555555555_66666666-7777-8888-9999-000000000000.spold";
    ASSERT_TRUE(import((fixtures / "ecospold2" / spold).string())) << messages();
    const Process& p = process_of("concrete block production");
    EXPECT_EQ(p.id, "c40e3c0a-292f-45a5-88cd-ed18265cb7d7");
    EXPECT_EQ(p.location, "DE");
    EXPECT_EQ(p.valid_until, "2018-12-31");
    ASSERT_GE(p.reference, 0);
    EXPECT_EQ(db.flows[static_cast<size_t>(p.exchanges[static_cast<size_t>(p.reference)].flow)].name, "concrete block");
    const Exchange& clay = exchange("concrete block production", "clay pit infrastructure");
    EXPECT_EQ(clay.amount, 9999);
    EXPECT_DOUBLE_EQ(clay.distribution.b, std::sqrt(0.2));
    EXPECT_DOUBLE_EQ(clay.base_sigma, std::sqrt(0.1));
    EXPECT_EQ(clay.pedigree, (std::array<uint8_t, 5>{1, 1, 5, 1, 1}));
    EXPECT_EQ(report["unknown_provider"], 1);
    const Exchange& water = exchange("concrete block production", "Water");
    EXPECT_EQ(water.formula, "does_it_hurt_when_dropped_on_foot * 2");
    EXPECT_EQ(db.flows[static_cast<size_t>(water.flow)].category, "air/unspecified");
    EXPECT_DOUBLE_EQ(inventory("concrete block production", 1, "Water"), 2 * 7777);
    EXPECT_FALSE(import((fixtures / "ecospold2").string())); // the same activity twice
    EXPECT_NE(messages().find("c40e3c0a-292f-45a5-88cd-ed18265cb7d7"), std::string::npos);
}

TEST_F(EcospoldTest, ActivityLinksOfEcospold2) {
    const auto activity = [](const std::string& id, const std::string& name, const std::string& flows) {
        return "<activityDataset><activityDescription><activity id=\"" + id + "\"><activityName>" + name +
               "</activityName></activity></activityDescription><flowData>" + flows + "</flowData></activityDataset>";
    };
    const auto product = [](const std::string& id, const std::string& name, const std::string& amount,
                            const std::string& rest, const std::string& attributes = "") {
        return "<intermediateExchange intermediateExchangeId=\"" + id + "\" amount=\"" + amount + "\" " + attributes +
               "><name>" + name + "</name><unitName>kg</unitName>" + rest + "</intermediateExchange>";
    };
    const std::string co2 =
        "<elementaryExchange elementaryExchangeId=\"co2\" "
        "amount=\"5\"><name>CO2</name><unitName>kg</unitName><compartment><compartment>air</compartment></compartment>"
        "<outputGroup>4</outputGroup></elementaryExchange>";
    const std::string head = "<ecoSpold xmlns=\"http://www.EcoInvent.org/EcoSpold02\">";
    // Two makers of x; the link names the second. A waste is treated through a negative input.
    file("d/1.spold",
         head + activity("a1", "one", product("x", "x", "1", "<outputGroup>0</outputGroup>")) + "</ecoSpold>");
    file("d/2.spold",
         head + activity("a2", "two", product("x", "x", "1", "<outputGroup>0</outputGroup>") + co2) + "</ecoSpold>");
    file("d/3.spold", head +
                          activity("a3", "user",
                                   product("y", "y", "2", "<outputGroup>0</outputGroup>") +
                                       product("x", "x", "3", "<inputGroup>5</inputGroup>", "activityLinkId=\"a2\"") +
                                       product("w", "w", "-4", "<inputGroup>5</inputGroup>", "activityLinkId=\"a4\"")) +
                          "</ecoSpold>");
    file("d/4.spold", head +
                          activity("a4", "treatment", product("w", "w", "-1", "<outputGroup>0</outputGroup>") + co2) +
                          "</ecoSpold>");
    ASSERT_TRUE(import((folder / "d").string())) << messages();
    EXPECT_EQ(report["default_providers"], 2);
    EXPECT_DOUBLE_EQ(inventory("user", 1, "CO2"), (3 * 5 + 4 * 5) / 2.0);
}

} // namespace
} // namespace viresco::lca

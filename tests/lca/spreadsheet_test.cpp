#include "base/messages/lca.h"
#include "base/messages/lca_fmt.h"
#include "import_fixture.h"
#include <cmath>

namespace viresco::lca {
namespace {

struct SpreadsheetTest : test::ImportFixture {};

constexpr const char* header = "process,flow,kind,amount,unit,compartment,provider,allocation,uncertainty,spread,"
                               "minimum,maximum,location,comment\n";

TEST_F(SpreadsheetTest, AnInventoryWithLoopWasteAndParameters) {
    const std::string path = file("t.csv", std::string("\xEF\xBB\xBF") + header +
                                               "power,electricity,product,1,kWh,,,,,,,,CN,\n"
                                               "power,CO2,emission,ef*1000,g,air,,,lognormal,1.2,,,,\n"
                                               "power,electricity,input,0.1,MJ,,,,,,,,,own use\n"
                                               "power,ef,parameter,0.5,,,,,,,,,,kg/kWh\n"
                                               "treat,sludge,treatment,1,t,,,,,,,,,\n"
                                               "treat,electricity,input,20,kWh,,power,,,,,,,\n"
                                               "make,drug,product,2,kg,,,,,,,,,\n"
                                               "make,electricity,input,10,kWh,,,,triangular,,8,13,,\n"
                                               "make,sludge,waste,50,kg,,,,,,,,,\n"
                                               "make,water,resource,3,m3,,,,uniform,,2,4,,\n");
    ASSERT_TRUE(import(path)) << messages();
    // Per kWh net: 1 / (1 - 0.1 / 3.6) gross; 0.5 kg CO2 each. 1 kg drug: 5 kWh + 25 kg sludge (0.02 kWh each).
    const double gross = 1 / (1 - 0.1 / 3.6);
    EXPECT_NEAR(inventory("make", 1, "CO2"), (5 + 25 * 0.02) * gross * 0.5, 1e-14);
    EXPECT_DOUBLE_EQ(inventory("make", 1, "water"), 1.5);
    const Exchange& co2 = exchange("power", "CO2");
    EXPECT_DOUBLE_EQ(co2.amount, 500);
    EXPECT_DOUBLE_EQ(co2.distribution.a, std::log(500)); // around the value of the formula
    EXPECT_DOUBLE_EQ(co2.distribution.b, std::log(1.2));
    EXPECT_DOUBLE_EQ(exchange("make", "electricity").distribution.b, 10);
    EXPECT_EQ(process_of("power").location, "CN");
}

TEST_F(SpreadsheetTest, SharesAllocate) {
    ASSERT_TRUE(import(
        file("t.csv",
             std::string(header) +
                 "p,a,product,1,kg,,,0.25,,,,,,\np,b,co-product,3,kg,,,0.75,,,,,,\np,CO2,emission,2,kg,air,,,,,,,,\n")))
        << messages();
    EXPECT_DOUBLE_EQ(inventory("p", 1, "CO2"), 0.5);
}

TEST_F(SpreadsheetTest, OwnDataOnTopOfADatabase) {
    ASSERT_TRUE(import(file("a.csv", std::string(header) +
                                         "base,x,product,1,kg,,,,,,,,,\nbase,CO2,emission,2,kg,air/urban,,,,,,,,\n")));
    const std::string flow = db.flows.at(1).id;
    ASSERT_TRUE(import(
        file("b.csv", std::string(header) + "mine,y,product,1,kg,,,,,,,,,\nmine,x,input,3,kg,,,,,,,,,\nmine," + flow +
                          ",emission,1,kg,air/urban,,,,,,,,\nmine,CO2,emission,10,g,air/urban,,,,,,,,\n")))
        << messages();
    EXPECT_DOUBLE_EQ(inventory("mine", 1, "CO2"), 3 * 2 + 1 + 0.01);
    EXPECT_EQ(db.flows.size(), 3u);
}

/// One row with one wrong cell: the message, and where it points (row 3; the column of the cell).
struct Wrong {
    const char* row;
    MessageId id;
    const char* at;
};
class WrongCell : public SpreadsheetTest, public testing::WithParamInterface<Wrong> {};
TEST_P(WrongCell, PointsAtTheCell) {
    ASSERT_FALSE(import(file("t.csv", std::string(header) + "p,a,product,1,kg,,,,,,,,,\n" + GetParam().row + "\n")));
    EXPECT_TRUE(raised(GetParam().id)) << messages();
    EXPECT_NE(messages().find(std::string("t.csv:3:") + GetParam().at + ":"), std::string::npos) << messages();
    EXPECT_TRUE(db.processes.empty());
    EXPECT_TRUE(db.flows.empty());
}
INSTANTIATE_TEST_SUITE_P(All, WrongCell,
                         testing::Values(Wrong{"p,b,inputt,1,kg,,,,,,,,,", message::table_kind, "5"},
                                         Wrong{"p,b,input,\"1,5\",kg,,,,,,,,,", message::table_not_a_number, "11"},
                                         Wrong{"p,b,input,,kg,,,,,,,,,", message::table_not_a_number, "11"},
                                         Wrong{"p,b,input,1x,kg,,,,,,,,,", message::lca_formula_wrong, "11"},
                                         Wrong{"p,,input,1,kg,,,,,,,,,", message::table_empty, "3"},
                                         Wrong{"p,b,input,1,,,,,,,,,,", message::table_empty, "13"},
                                         Wrong{"p,a,input,1,MJ,,,,,,,,,", message::draft_wrong_unit, "13"},
                                         Wrong{"p,b,input,1,kgs,,,,,,,,,", message::table_unknown_unit, "13"},
                                         Wrong{"p,b,emission,1,kg,,,,,,,,,", message::table_compartment, "3"},
                                         Wrong{"p,b,input,1,kg,,nobody,,,,,,,", message::table_no_provider, "17"},
                                         Wrong{"p,b,input,1,kg,,,,lognormal,0.5,,,,", message::table_spread, "29"},
                                         Wrong{"p,b,input,1,kg,,,,gauss,1,,,,", message::table_distribution, "19"},
                                         Wrong{"p,b,input,1,kg,,,,uniform,,4,2,,", message::table_limits, "28"},
                                         Wrong{"p,b,product,1,kg,,,,,,,,,", message::table_two_products, "5"},
                                         Wrong{"q,b,input,1,kg,,,,,,,,,", message::table_no_product, "1"},
                                         Wrong{"q,b,product,0,kg,,,,,,,,,", message::table_zero_product, "13"},
                                         Wrong{"p,b,co-product,1,kg,,,1.5,,,,,,", message::table_share, "23"}));

TEST_F(SpreadsheetTest, UnitsThatAreKnown) {
    ASSERT_TRUE(import(file("t.csv", std::string(header) + "p,a,product,1,Item(s),,,,,,,,,\n"
                                                           "p,CO2,emission,2,Mg,air,,,,,,,,\n"
                                                           "p,acid,input,3,mol,,,,,,,,,\n")))
        << messages();
    const Exchange& co2 = exchange("p", "CO2");
    EXPECT_DOUBLE_EQ(co2.amount * co2.to_reference, 2000); // kg
    EXPECT_TRUE(finding("unknown_unit"));                  // of the mol: counted for itself
    EXPECT_FALSE(import(file("u.csv", std::string(header) + "q,b,product,1,kgs,,,,,,,,,\n")));
    EXPECT_NE(messages().find("'kg'"), std::string::npos) << messages();
}

TEST_F(SpreadsheetTest, ParametersKeepTheirDistributions) {
    ASSERT_TRUE(import(file("t.csv", std::string(header) + "p,a,product,1,kg,,,,,,,,,\n"
                                                           "p,k,parameter,0.5,,,,,lognormal,1.3,,,,\n"
                                                           ",g,parameter,4,,,,,normal,0.2,,,,\n"
                                                           ",t,parameter,4,,,,,triangular,,5,6,,\n"
                                                           ",s,parameter,4,,,,,lognormal,1,,,,\n")))
        << messages();
    const Distribution k = process_of("p").parameters.at(0).distribution;
    EXPECT_EQ(k.kind, Distribution::Kind::lognormal);
    EXPECT_DOUBLE_EQ(k.a, std::log(0.5));
    EXPECT_DOUBLE_EQ(k.b, std::log(1.3));
    EXPECT_EQ(db.parameters.at(0).distribution.kind, Distribution::Kind::normal);
    EXPECT_DOUBLE_EQ(db.parameters.at(0).distribution.b, 0.2);
    EXPECT_EQ(report["bad_distribution"], 2); // the mode below the minimum; no spread
}

TEST_F(SpreadsheetTest, WrongTables) {
    EXPECT_FALSE(import(file("t.csv", "process,flow,kindd,amount,unit\np,a,product,1,kg\n")));
    EXPECT_TRUE(raised(message::table_unknown_column));
    EXPECT_NE(messages().find("'kind'"), std::string::npos) << messages();
    diagnostics = {};
    EXPECT_FALSE(import(file("t.csv", "process,flow,kind,amount\np,a,product,1\n")));
    EXPECT_TRUE(raised(message::table_no_column));
    diagnostics = {};
    EXPECT_FALSE(import(file("t.csv", std::string("process,flow,kind,amount,unit\np,\xB5,product,1,kg\n"))));
    EXPECT_NE(messages().find("UTF-8"), std::string::npos) << messages();
    diagnostics = {};
    EXPECT_FALSE(
        import(file("t.csv", "process,flow,kind,amount,unit\np,a,product,k,kg\np,k,parameter,m,\np,m,parameter,k,\n")));
    EXPECT_TRUE(raised(message::lca_formula_circular)) << messages();
}

} // namespace
} // namespace viresco::lca

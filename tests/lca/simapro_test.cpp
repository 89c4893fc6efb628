#include "base/messages/lca_fmt.h"
#include "import_fixture.h"
#include <cmath>

namespace viresco::lca {
namespace {

struct SimaproTest : test::ImportFixture {
    static std::string head(const char* separator = "Semicolon", const char* decimal = ".") {
        return std::string("{SimaPro 9.3.0.3}\n{processes}\n{CSV Format version: 9.0.0}\n{CSV separator: ") +
               separator + "}\n{Decimal separator: " + decimal + "}\n\n";
    }
    static std::string process_text(const std::string& id, const std::string& rows) {
        return "Process\n\nCategory type\nmaterial\n\nProcess identifier\n" + id +
               "\n\nProcess name\n\n\nStatus\n\n\nGeography\nUnspecified\n\n" + rows + "\nEnd\n\n";
    }
    static constexpr const char* units =
        "Quantities\nMass;Yes\n\nEnd\n\nUnits\nkg;Mass;1;kg\nbag;Mass;25;kg\nstone;Mass;6,35;kg\n\nEnd\n\n";
};

TEST_F(SimaproTest, DecimalCommaFormulasAndUnitsOfTheFile) {
    const std::string path = file(
        "x.csv",
        head("Semicolon", ",") +
            process_text("steam", "Products\nSteam {CH}| at plant;MJ;2;100;not defined;Heat;\n\nEmissions to "
                                  "air\nCO2;low. pop.;g;1.000e3;Undefined;0;0;0;\n") +
            process_text("acid",
                         "Products\nAcid;bag;2;100;not defined;Chem;\n\nMaterials/fuels\nSteam {CH}| at "
                         "plant;kWh;use*1,5;Lognormal;1,21;0;0;(1,2,3,4,na)\n\n"
                         "Input parameters\nuse;2,5;Undefined;0;0;0;No;\n\nCalculated parameters\ntwice;use*2;\n") +
            units);
    ASSERT_TRUE(import(path)) << messages();
    const Exchange& steam = exchange("Acid", "Steam {CH}| at plant");
    EXPECT_DOUBLE_EQ(steam.amount, 3.75);
    EXPECT_EQ(steam.formula, "use*1.5");
    EXPECT_EQ(steam.distribution.kind, Distribution::Kind::lognormal);
    EXPECT_DOUBLE_EQ(steam.distribution.a, std::log(3.75));
    EXPECT_NEAR(steam.distribution.b, std::log(1.1), 1e-15); // the file gives the square
    EXPECT_EQ(steam.pedigree, (std::array<uint8_t, 5>{1, 2, 3, 4, 0}));
    EXPECT_EQ(process_of("Steam {CH}| at plant").location, "CH");
    // 50 kg acid from 3.75 kWh = 13.5 MJ steam, 0.5 kg CO2 per MJ.
    EXPECT_NEAR(inventory("Acid", 1, "CO2"), 13.5 * 0.5 / 50, 1e-15);
}

TEST_F(SimaproTest, Windows1252) {
    std::string rows = "Products\nK\xE4se, \x80 5;kg;1;100;not defined;Essen;\n\nEmissions to "
                       "air\nStaub;;\xB5g;1000000;Undefined;0;0;0;\n";
    ASSERT_TRUE(import(file("x.csv", head() + process_text("k", rows)))) << messages();
    EXPECT_EQ(report["files_in_windows_1252"], 1);
    ASSERT_GE(process("Käse, € 5"), 0);
    EXPECT_DOUBLE_EQ(inventory("Käse, € 5", 1, "Staub"), 1e-3);
    db = {};
    ASSERT_TRUE(
        import(file("y.csv", "\xEF\xBB\xBF" + head() + process_text("k", "Products\nKäse;kg;1;100;not defined;E;\n"))))
        << messages();
    EXPECT_GE(process("Käse"), 0);
}

TEST_F(SimaproTest, AllocationWasteAndAvoidedProducts) {
    const std::string path = file(
        "x.csv",
        head() +
            process_text("two", "Products\nA;kg;1;25;not defined;x;\nB;kg;3;75%;not defined;x;\n\nEmissions to "
                                "air\nCO2;;kg;2;Undefined;0;0;0;\n") +
            process_text(
                "burn",
                "Waste treatment\nAsh;kg;1;All waste types;x;\n\nEmissions to air\nCO2;;kg;4;Undefined;0;0;0;\n") +
            process_text("user",
                         "Products\nC;kg;1;100;not defined;x;\n\nAvoided products\nA;kg;2;Undefined;0;0;0;\n\nWaste to "
                         "treatment\nAsh;kg;0.5;Undefined;0;0;0;\n"));
    ASSERT_TRUE(import(path)) << messages();
    EXPECT_DOUBLE_EQ(inventory("A", 1, "CO2"), 0.5); // named after its first product
    EXPECT_DOUBLE_EQ(inventory("C", 1, "CO2"), 0.5 * 4 - 2 * 0.5);
}

TEST_F(SimaproTest, MethodsGoWithInventories) {
    const std::string path = file("m.csv",
                                  "{SimaPro 9}\n{methods}\n{CSV separator: Tab}\n{Decimal separator: "
                                  ".}\n\nMethod\n\nName\nMine\n\nImpact category\nGWP\tkg CO2 eq\n\nSubstances\n"
                                  "Air\t(unspecified)\tCO2\t000124-38-9\t0.001\tg\n\nEnd\n");
    ASSERT_TRUE(import(path)) << messages();
    ASSERT_TRUE(import(file(
        "x.csv",
        head() + process_text("p", "Products\nP;kg;1;100;nd;x;\n\nEmissions to air\nCO2;;kg;2;Undefined;0;0;0;\n"))))
        << messages();
    const System s = linked();
    const Solver solver(s, &db);
    EXPECT_DOUBLE_EQ(solver.scores(solver.inventory(solver.solve(0, 1).x)).at(0), 2);
    EXPECT_EQ(db.methods.at(0).name, "Mine");
    EXPECT_EQ(db.categories.at(0).unit, "kg CO2 eq");
}

TEST_F(SimaproTest, BrightwaysFixtures) {
    VIRESCO_NEEDS_REFERENCE_DATA();
    const std::string tar = test::reference_data() + "/lca_formats/bw2io_format_fixtures.tar.gz";
    ASSERT_EQ(std::system(("tar -xzf '" + tar + "' -C '" + folder.string() + "'").c_str()), 0);
    int read = 0, refused = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "tests/fixtures/simapro")) {
        db = {};
        const bool good = import(entry.path().string());
        good ? ++read : ++refused;
        EXPECT_EQ(good, entry.path().filename() != "invalid.txt") << messages(); // of another program
    }
    EXPECT_EQ(read, 13);
    EXPECT_EQ(refused, 1);
    const auto fixture = [&](const char* name) {
        db = {};
        diagnostics = {};
        EXPECT_TRUE(import((folder / "tests/fixtures/simapro" / name).string())) << messages();
    };
    fixture("new-order.csv"); // amounts before units, separated by ';'
    EXPECT_DOUBLE_EQ(
        exchange("Hydrogen, from hydrolysis of zinc (Solar thermal dissociation (STD)), at STD plant, HHV, corrected",
                 "electricity, solar thermal, average 2005/ES U")
            .amount,
        0.00373);
    fixture("allocation.csv");
    EXPECT_DOUBLE_EQ(process_of("Rice, at farm (WFLDB 3.0)/kg/IN").allocation.at(1).value, 0.042);
    fixture("damagecategory.txt"); // tabs, methods, micro signs in Windows-1252
    EXPECT_EQ(db.categories.size(), 4u);
    report = {};
    fixture("process_with_invalid_lognormal_scale.csv");
    EXPECT_EQ(report["without_spread"], 1);
}

TEST_F(SimaproTest, WrongCellsNameFileLineAndProcess) {
    EXPECT_FALSE(import(file("x.csv", head() + process_text("p", "Products\nP;kg;1,5;100;nd;x;\n"))));
    EXPECT_TRUE(raised(message::simapro_number)) << messages();
    EXPECT_NE(messages().find("x.csv:"), std::string::npos);
    EXPECT_NE(messages().find("1,5"), std::string::npos);
    diagnostics = {};
    EXPECT_FALSE(import(file(
        "y.csv",
        head() + process_text("p", "Products\nP;kg;1;100;nd;x;\n\nMaterials/fuels\nQ;kg;a*2;Undefined;0;0;0;\n"))));
    EXPECT_NE(messages().find("'a'"), std::string::npos) << messages(); // no such parameter
    diagnostics = {};
    EXPECT_FALSE(import(file(
        "z.csv",
        head() + process_text("p", "Products\nP;kg;1;100;nd;x;\n\nMaterials/"
                                   "fuels\nQ;kg;a*2;Undefined;0;0;0;\n\nCalculated parameters\na;b+1;\nb;a-1;\n"))));
    EXPECT_NE(messages().find("a -> b -> a"), std::string::npos) << messages();
    EXPECT_NE(messages().find("z.csv: error"), std::string::npos) << messages();
    EXPECT_TRUE(db.processes.empty());
}

} // namespace
} // namespace viresco::lca

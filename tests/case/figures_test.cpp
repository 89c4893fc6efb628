// The figures that the 6-APA cases must show: from the literature table and the reference calculation,
// none of them computed by this program.
#include "compiled.h"

namespace viresco::cases {
namespace {

struct Result {
    std::unique_ptr<Case> c;
    lang::Evaluation e;
    explicit Result(const std::string& path, const std::string& scenario = {})
        : c(compile_example(path, scenario)), e(c->program, 1) {
        evaluate(*c, e, c->parameters);
    }
    double operator()(const std::string& route, const std::string& id) { return indicator(*c, e, route, id); }
};

TEST(LiteratureTable, MassMetrics) {
    Result r("6-apa/literature-table");
    EXPECT_NEAR(r("chemical", "pmi_dry"), 23.66, 0.01);
    EXPECT_NEAR(r("enzymatic", "pmi_dry"), 2.09, 0.01);
    EXPECT_NEAR(r("chemical", "e_factor_dry"), 22.66, 0.01);
    EXPECT_NEAR(r("enzymatic", "e_factor_dry"), 1.09, 0.01);
    EXPECT_NEAR(r("enzymatic", "pmi_wet"), 22.09, 0.01);
    EXPECT_NEAR(r("chemical", "chlorine_to_wastewater"), 1351, 1);
    EXPECT_NEAR(r("chemical", "phosphorus_to_wastewater"), 178.5, 0.2);
    EXPECT_NEAR(r("chemical", "butanol_consumed"), 0.398, 0.005);
}

TEST(LiteratureTable, RecycleScenarios) {
    Result recycle("6-apa/literature-table", "recycle"), dma("6-apa/literature-table", "recycle-dma");
    EXPECT_NEAR(recycle("chemical", "e_factor_dry"), 6.00, 0.01);
    EXPECT_NEAR(dma("chemical", "e_factor_dry"), 4.56, 0.01);
    // Whatever is recovered, one n-butanol per penicillin is gone.
    EXPECT_NEAR(recycle("chemical", "butanol_consumed"), 0.398, 0.005);
    EXPECT_NEAR(dma("chemical", "butanol_consumed"), 0.398, 0.005);
}

/// Masses of the outputs in kg per t, from the extents of the published reactions.
TEST(LiteratureTable, OutputsOfTheChemicalRoute) {
    Result r("6-apa/literature-table");
    const double product = r.e.value(r.c->find("chemical.pure_product")->slot);
    const auto out = [&](const char* component) {
        return 1000 *
               r.e.value(r.c->find(std::string("chemical.deacylation.mother_liquor.m[") + component + "]")->slot) /
               product;
    };
    EXPECT_NEAR(out("six_apa"), 161.2, 0.2);
    EXPECT_NEAR(out("butyl_phenylacetate"), 1032.3, 0.2);
    EXPECT_NEAR(out("potassium_chloride"), 400.3, 0.2);
    EXPECT_NEAR(out("phosphoric_acid"), 564.7, 0.2);
    EXPECT_NEAR(out("ammonium_chloride"), 1005.0, 0.2);
    EXPECT_NEAR(out("dimethylaniline_hydrochloride"), 2081.4, 0.3);
    EXPECT_NEAR(out("hydrogen_chloride"), 27.4, 0.2);
    EXPECT_NEAR(out("n_butanol"), 6406.0, 0.2);
    EXPECT_NEAR(out("siloxane_unit"), 344.8, 0.1);
}

TEST(LiteratureTable, ImpossibleButanolMakeupNamesTheNumbers) {
    const auto c = compile_example("6-apa/literature-table", {},
                                   {{"chemical.deacylation.butanol_makeup", "0.340 kg/kg"}});
    lang::Evaluation e(c->program, 1);
    try {
        evaluate(*c, e, c->parameters);
        FAIL() << "accepted";
    } catch (const ConfigError& error) {
        const std::string text = error.diagnostics().text(Language::en);
        for (const char* part : {"n-butanol", "0.340", "0.398"}) EXPECT_NE(text.find(part), std::string::npos) << text;
        EXPECT_NE(error.diagnostics().text(Language::zh).find("0.398"), std::string::npos);
    }
}

TEST(ReferenceInventory, Footprints) {
    Result r("6-apa/reference-inventory");
    EXPECT_NEAR(r("enzymatic", "carbon_footprint"), 54.9, 0.005 * 54.9);
    EXPECT_NEAR(r("chemical", "carbon_footprint"), 73.4, 0.005 * 73.4);
    EXPECT_NEAR(r("enzymatic", "carbon_footprint_credit"), -3.70, 0.005);
    for (const auto& [route, share] : {std::pair{"enzymatic", 0.97}, {"chemical", 0.76}})
        EXPECT_NEAR(step_indicator(*r.c, r.e, route, "penicillin", "carbon_footprint") / r(route, "carbon_footprint"),
                    share, 0.005)
            << route;
    EXPECT_NEAR(r("enzymatic", "energy_intensity"), 8.14, 0.01);
    EXPECT_NEAR(r("chemical", "energy_intensity"), 9.84, 0.01);
    EXPECT_NEAR(r("enzymatic", "water_use"), 73, 0.5);
    EXPECT_NEAR(r("chemical", "water_use"), 60, 0.5);
    EXPECT_NEAR(r("enzymatic", "unit_cost"), 94.5, 0.1);
    EXPECT_NEAR(r("chemical", "unit_cost"), 128.6, 0.1);
}

TEST(ReferenceInventory, GridScenarios) {
    for (const auto& [scenario, value] :
         {std::pair{"cn-sc", 35.0}, {"cn-yn", 33.5}, {"cn-nm", 59.8}, {"cn-he", 61.6}, {"cn-2023", 52.8}}) {
        Result r("6-apa/reference-inventory", scenario);
        EXPECT_NEAR(r("enzymatic", "carbon_footprint"), value, 0.01 * value) << scenario;
    }
}

TEST(ReferenceInventory, WrongTypeOfElectricityFactorIsNamed) {
    Diagnostics warnings;
    compile_example("6-apa/reference-inventory", "cn-sc", {}, &warnings);
    const std::string text = warnings.text(Language::en);
    EXPECT_NE(text.find("footprint"), std::string::npos) << text;
    EXPECT_NE(text.find("emission"), std::string::npos) << text;
    Diagnostics none;
    compile_example("6-apa/reference-inventory", {}, {}, &none);
    EXPECT_EQ(none.all().size(), 0u) << none.text(Language::en);
}

class Scenario : public testing::TestWithParam<const char*> {};

/// The integrated plants converge from their defaults, and every balance of every unit closes to 1e-9.
TEST_P(Scenario, IntegratedPlantCloses) {
    Result r("6-apa/integrated", GetParam());
    r.e.run_audit();
    int n = 0;
    for (const Case::Audit& a : r.c->audit()) {
        ASSERT_LT(a.missing, 0) << a.route << " " << a.unit << " " << a.quantity;
        const double gross = r.e.value(a.gross), net = r.e.value(a.net);
        EXPECT_LE(std::fabs(net), 1e-9 * gross) << a.route << "." << a.unit << " " << a.quantity;
        n += gross > 0;
    }
    EXPECT_GT(n, 800);
}
INSTANTIATE_TEST_SUITE_P(All, Scenario, testing::Values("base", "cn-sc", "cn-yn", "cn-nm", "cn-he", "cn-2023"));

/// Totals of the plant from physics against the table of specific consumptions.
TEST(Integrated, TotalsAgreeWithTheReferenceInventory) {
    Result plant("6-apa/integrated"), table("6-apa/reference-inventory");
    for (const char* route : {"chemical", "enzymatic"})
        for (const char* id : {"carbon_footprint", "energy_intensity"}) {
            const double reference = table(route, id);
            EXPECT_NEAR(plant(route, id), reference, 0.15 * reference) << route << " " << id;
        }
}

} // namespace
} // namespace viresco::cases

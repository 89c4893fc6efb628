// models/methods/README.md, rule by rule, on flows of a small table.
#include "import_fixture.h"
#include "lca/archive.h"
#include "lca/import.h"
#include "lca/method_files.h"

namespace viresco::lca::test {
namespace {

class MethodFiles : public ImportFixture {
protected:
    void SetUp() override {
        const std::string table = file("flows.csv", "process,flow,kind,amount,unit,compartment\n"
                                                    "p,thing,product,1,kg,\n"
                                                    "p,\"Carbon dioxide, fossil\",emission,1,kg,air/urban\n"
                                                    "p,Methane [Organic emissions],emission,1,kg,air\n"
                                                    "p,methane,emission,1,kg,water\n"
                                                    "p,\"coal, hard\",resource,1,kg,resource/in ground\n"
                                                    "p,\"gas, natural\",resource,1,m3,resource/in ground\n"
                                                    "p,heat,emission,1,MJ,air\n");
        ASSERT_TRUE(import(table)) << text();
    }
    bool methods(const std::string& content) {
        return import(file("methods.yaml", "viresco: 1\nkind: methods\n" + content));
    }
    std::string text() const { return messages(); }
    /// Factor of a flow by name and compartment, 0 where there is none.
    double factor(const std::string& category, const std::string& flow, const std::string& compartment) const {
        const auto at = db.category_at.find(category);
        if (at == db.category_at.end()) return -1;
        double sum = 0;
        for (const ImpactFactor& f : db.categories[static_cast<size_t>(at->second)].factors)
            if (const Flow& x = db.flows[static_cast<size_t>(f.flow)]; x.name == flow && x.category == compartment)
                sum += f.value;
        return sum;
    }
};

TEST_F(MethodFiles, TheBestRankOfTheRightCompartmentHolds) {
    ASSERT_TRUE(methods("categories:\n"
                        "  gwp:\n"
                        "    unit: kgCO2e\n    per: kg\n    compartment: air\n"
                        "    factors:\n"
                        "      - {name: carbon dioxide, also: [\"carbon dioxide, fossil\"], value: 1}\n"
                        "      - {name: CARBON-DIOXIDE fossil, value: 2}\n"
                        "      - {name: methane, value: 29.8}\n"))
        << text();
    EXPECT_EQ(factor("gwp", "Carbon dioxide, fossil", "air/urban"), 2)
        << "its name before `also`, letters and digits alone";
    EXPECT_EQ(factor("gwp", "Methane [Organic emissions]", "air"), 29.8)
        << "what stands in brackets is no part of the name";
    EXPECT_EQ(factor("gwp", "methane", "water"), 0) << "another compartment";
}

TEST_F(MethodFiles, ValuesArePerTheFlowsOwnUnit) {
    ASSERT_TRUE(methods("categories:\n"
                        "  energy:\n"
                        "    unit: MJ\n    compartment: resource\n"
                        "    factors:\n"
                        "      - {name: \"coal, hard\", per: t, value: 25800}\n"
                        "      - {name: \"gas, natural\", per: {kg: 1, m3: 0.74}, value: 48}\n"
                        "      - {name: heat, per: kg, value: 7}\n"))
        << text();
    EXPECT_NEAR(factor("energy", "coal, hard", "resource/in ground"), 25.8, 1e-12);
    EXPECT_NEAR(factor("energy", "gas, natural", "resource/in ground"), 48 * 0.74, 1e-12);
    EXPECT_EQ(factor("energy", "heat", "air"), 0);
}

TEST_F(MethodFiles, ZeroIsADecisionAndSumsAddUp) {
    ASSERT_TRUE(
        methods("verified: true\n"
                "categories:\n"
                "  a: {unit: x, per: kg, factors: [{name: \"carbon dioxide, fossil\", value: 0}, "
                "{name: carbon dioxide, also: [\"carbon dioxide, fossil\"], value: 5}, "
                "{name: methane, value: 1, compartment: air}]}\n"
                "  b: {unit: x, per: kg, factors: [{name: methane, value: 2, verified: false}]}\n"
                "  c: {unit: x, sum: [a, b]}\n"
                "methods:\n"
                "  m: {title: {en: M, zh: 方法}, categories: [c, a], sets: {s: {unit: p, normalisation: {c: 4, a: "
                "{value: 2}}, weight: {c: 3}}}}\n"))
        << text();
    EXPECT_EQ(factor("a", "Carbon dioxide, fossil", "air/urban"), 0);
    EXPECT_EQ(factor("c", "Methane [Organic emissions]", "air"), 3);
    EXPECT_EQ(factor("c", "methane", "water"), 2);
    const auto unverified = [&](const char* id) {
        return db.categories[static_cast<size_t>(db.category_at.at(id))].unverified;
    };
    EXPECT_FALSE(unverified("a"));
    EXPECT_TRUE(unverified("b")) << "the innermost holds";
    EXPECT_TRUE(unverified("c")) << "a sum is as good as its parts";
    ASSERT_EQ(db.methods.size(), 1u);
    EXPECT_EQ(db.methods[0].name_zh, "方法");
    const NormalisationSet& s = db.methods[0].sets.at(0);
    EXPECT_EQ(s.normalised(0, 8), 2);
    EXPECT_EQ(s.weighted(0, 8), 6) << "weight x normalised";
    EXPECT_EQ(s.weighted(1, 8), 0);
}

TEST_F(MethodFiles, ASecondImportReplaces) {
    const auto one = [](const char* value) {
        return std::string("categories:\n  a: {unit: x, per: kg, factors: [{name: methane, value: ") + value + "}]}\n";
    };
    ASSERT_TRUE(methods(one("1")));
    ASSERT_TRUE(methods(one("2")));
    EXPECT_EQ(db.categories.size(), 1u);
    EXPECT_EQ(factor("a", "methane", "water"), 2);
}

TEST_F(MethodFiles, EveryErrorIsToldAtItsPlaceAndNothingIsTaken) {
    EXPECT_FALSE(methods("categories:\n"
                         "  a: {unit: x, per: kg, factors: [{name: methane, value: much}, {value: 1}, "
                         "{name: m, value: 1, compartment: aire}]}\n"
                         "  b: {unit: x, sum: [c]}\n"
                         "  d: {unit: x, verified: maybe, factors: [{name: methane, value: 1}]}\n"
                         "  e: {unit: x, fctors: []}\n"));
    const std::string said = text();
    for (const char* part : {"methods.yaml:4:", "'much' is not a number", "needs `name` and `value`",
                             "did you mean 'air'", "'maybe'", "needs `per:`", "'fctors'"})
        EXPECT_NE(said.find(part), std::string::npos) << part << "\n" << said;
    EXPECT_TRUE(db.categories.empty());
}

} // namespace
} // namespace viresco::lca::test

// A torture set of recycles and specifications: every problem converges from the files' own starts to its closed form,
// or names what cannot be. The complaints behind it are those about other simulators (loops that run for ever or
// diverge, phases that switch within a loop, the unphysical root of a batch size).
#include "harness.h"
#include <fmt/format.h>

namespace viresco::cases {
namespace {

constexpr double kg_h = 1.0 / 3600;

/// A plant file around units, connections and what else it says.
class Problem {
public:
    Problem() : w(Scratch::of_this_test()) {
        w.write_case();
        unit("merge", "ports: {feed: in many, out: out}\nequations: |\n  out.m[c] = feed.m[c] for c in components\n"
                      "energy: {closing: out.T}\n");
        unit("part", "ports: {feed: in, forward: out, back: out}\nparameters: {forward_share: {value: 0.5, limits: [0, "
                     "1]}}\nequations: |\n  forward.m[c] = forward_share * feed.m[c] for c in components\n"
                     "  back.m[c] = (1 - forward_share) * feed.m[c] for c in components\n  forward.T = feed.T\n"
                     "  back.T = feed.T\nenergy: {out: {loss: closing}}\n");
    }
    void unit(const std::string& name, const std::string& rest) {
        w.write(name + ".yaml", "viresco: 1\nkind: unit\nunit: " + name + "\n" + rest);
    }
    void plant(const std::string& feeds, const std::string& units, const std::string& connections,
               const std::string& rest = {}) {
        w.write("plant.yaml", "viresco: 1\nkind: plant\ncomponents: [common]\noperation: {operating_time: 8000 h/a, "
                              "annual_output: 1 t/a}\nfeeds:\n" +
                                  feeds + "units:\n" + units + "connections: |\n" + connections +
                                  "products: {p: {as: product}, waste: {as: waste}}\n"
                                  "utilities: {electricity: electricity, steam: steam, cooling_water: none}\n" +
                                  rest);
    }
    Workspace w;
};

// ---- unreacted material comes back; the purge goes towards nothing
class Conversion : public testing::TestWithParam<std::tuple<double, double>> {};

TEST_P(Conversion, TheLoopHoldsWhatTheClosedFormSays) {
    const auto [X, purge] = GetParam();
    Problem q;
    // What has reacted leaves, what has not comes back, less the purge.
    q.unit("reactor",
           "ports: {feed: in many, product: out, rest: out}\nparameters: {X: {value: 0.5, limits: [0, 1]}}\n"
           "reactions: {burn: {equation: glucose + 6 oxygen -> 6 carbon_dioxide + 6 water}}\nequations: |\n"
           "  r = X * feed.n[glucose]\n"
           "  rest.m[glucose] = feed.m[glucose] * (1 - X)\n"
           "  product.m[c] = feed.m[c] + nu[burn, c] * r * molar_mass[c] for c in components if c != glucose\n"
           "  product.T = T0\n  rest.T = T0\nenergy: {out: {heat: closing}}\n");
    q.plant("  f: {flow: {glucose: 18 kg/h, oxygen: 40 kg/h}, supply: none}\n",
            fmt::format(
                "  reactor: {{is: ./reactor.yaml, X: {:.17g}}}\n  purge: {{is: ./part.yaml, forward_share: {:.17g}}}\n",
                X, purge),
            "  f -> reactor.feed\n  purge.back -> reactor.feed\n  reactor.rest -> purge.feed\n"
            "  reactor.product -> p\n  purge.forward -> waste\n");
    ASSERT_TRUE(q.w.run()) << q.w.messages;
    const double round = 18 * kg_h / (1 - (1 - purge) * (1 - X));
    EXPECT_NEAR(q.w.value("r.reactor.feed.m[glucose]") / round, 1, 1e-10);
    EXPECT_NEAR(q.w.value("r.purge.forward.m[glucose]"), round * (1 - X) * purge, 1e-10 * round);
}
INSTANTIATE_TEST_SUITE_P(Torture, Conversion,
                         testing::Combine(testing::Values(0.9, 0.5, 0.1, 0.01, 1e-3),
                                          testing::Values(0.5, 0.1, 1e-2, 1e-3, 1e-4, 1e-6)));

// ---- loops within loops
class Nested : public testing::TestWithParam<std::tuple<int, double>> {};

TEST_P(Nested, EveryLevelDividesByItsShare) {
    const auto [depth, share] = GetParam();
    Problem q;
    std::string units, connections = "  f -> m1.feed\n";
    for (int k = 1; k <= depth; ++k) {
        units += fmt::format("  m{0}: {{is: ./merge.yaml}}\n  s{0}: {{is: ./part.yaml, forward_share: {1:.17g}}}\n", k,
                             share);
        connections += fmt::format("  s{0}.back -> m{0}.feed\n", k);
        connections += k < depth ? fmt::format("  m{} -> m{}.feed\n", fmt::format("{}.out", k), k + 1)
                                 : fmt::format("  m{0}.out -> s{0}.feed\n", k);
        connections += k > 1 ? fmt::format("  s{}.forward -> s{}.feed\n", k, k - 1) : "  s1.forward -> p\n";
    }
    q.plant("  f: {flow: {water: 10 kg/h, glucose: 1 kg/h}, T: 40 degC, supply: none}\n  g: {flow: {water: 1 kg/h}, "
            "supply: none}\n",
            units, connections + "  g -> waste\n");
    ASSERT_TRUE(q.w.run()) << q.w.messages;
    // The feed is what the innermost flow leaves after all divisions: its round-off is all that may be wrong.
    const double ratio = std::pow(1 / share, depth), tolerance = 1e-9 + 4e-16 * ratio;
    double through = kg_h;
    for (int k = 1; k <= depth; ++k) {
        through /= share;
        EXPECT_NEAR(q.w.value(fmt::format("r.m{}.out.m[glucose]", k)) / through, 1, tolerance) << "level " << k;
    }
    EXPECT_NEAR(q.w.value("r.s1.forward.m[water]") / (10 * kg_h), 1, tolerance);
    EXPECT_NEAR(q.w.value("r.s1.forward.T"), 313.15, 1e-6 + 4e-16 * ratio * 4000); // 4000 K: enthalpy per heat capacity
    // nothing heats or cools
}
INSTANTIATE_TEST_SUITE_P(Torture, Nested,
                         testing::Combine(testing::Values(1, 2, 3, 4, 5, 6),
                                          testing::Values(0.99, 0.9, 0.5, 0.1, 0.02)));

// ---- a specification within the loop
class Specified : public testing::TestWithParam<std::tuple<double, double>> {};

TEST_P(Specified, TheRoundIsMetByTheShare) {
    const auto [wanted, from] = GetParam(); // flow through the loop per feed; start of the share
    Problem q;
    q.plant(
        "  f: {flow: {water: 10 kg/h}, supply: none}\n  g: {flow: {water: 1 kg/h}, supply: none}\n",
        "  m: {is: ./merge.yaml}\n  s: {is: ./part.yaml}\n",
        "  f -> m.feed\n  s.back -> m.feed\n  m.out -> s.feed\n  s.forward -> p\n  g -> waste\n",
        fmt::format("specifications: {{round: {{vary: s.forward_share, until: \"m.out.mass = {:.17g} * f.mass\", from: "
                    "{:.17g}}}}}\n",
                    wanted, from));
    ASSERT_TRUE(q.w.run()) << q.w.messages;
    EXPECT_NEAR(q.w.value("r.s.forward_share") * wanted, 1, 1e-10);
}
INSTANTIATE_TEST_SUITE_P(Torture, Specified,
                         testing::Combine(testing::Values(1.01, 1.5, 4.0, 50.0, 1000.0),
                                          testing::Values(0.9, 0.3, 0.02)));

// ---- a condenser that takes all there is, or all it can: the phase switches within the loop
class Switching : public testing::TestWithParam<std::tuple<double, double>> {};

TEST_P(Switching, TheKinkIsFoundFromEitherSide) {
    const auto [capacity, purge] = GetParam(); // per feed
    Problem q;
    q.unit("condenser",
           "ports: {feed: in many, liquid: out, vapour: out}\nparameters: {capacity: {unit: kg/h}}\nequations: |\n"
           "  liquid.m[water] = min(feed.m[water], capacity)\n"
           "  vapour.m[water] = feed.m[water] - liquid.m[water]\n  liquid.T = T0\n  vapour.T = T0\n"
           "energy: {out: {heat: closing}}\n");
    q.plant(
        "  f: {flow: {water: 10 kg/h}, supply: none}\n",
        fmt::format(
            "  c: {{is: ./condenser.yaml, capacity: {:.17g} kg/h}}\n  s: {{is: ./part.yaml, forward_share: {:.17g}}}\n",
            10 * capacity, purge),
        "  f -> c.feed\n  s.back -> c.feed\n  c.vapour -> s.feed\n  c.liquid -> p\n  s.forward -> waste\n");
    ASSERT_TRUE(q.w.run()) << q.w.messages;
    const double round = capacity >= 1 ? 1 : (1 - (1 - purge) * capacity) / purge;
    EXPECT_NEAR(q.w.value("r.c.feed.m[water]") / (10 * kg_h), round, 1e-9 * round);
}
INSTANTIATE_TEST_SUITE_P(Torture, Switching,
                         testing::Combine(testing::Values(0.0, 0.3, 0.99, 1.0, 1.01, 30.0),
                                          testing::Values(0.5, 0.01)));

// ---- equations with two solutions, and a batch size whose fixed point has an unphysical root
class Roots : public testing::TestWithParam<double> {};

TEST_P(Roots, OneOfTheTwoIsFoundAndAlwaysTheSame) {
    Problem q;
    q.unit("quadratic",
           fmt::format("ports: {{feed: in, out: out}}\nequations: |\n  out.m[c] = feed.m[c] for c in components\n"
                       "  out.T = feed.T\n  solve x: x^2 + 2 == 3 * x from {:.17g}\nenergy: {{out: {{loss: "
                       "closing}}}}\n",
                       GetParam()));
    q.plant("  f: {flow: {water: 1 kg/h}, supply: none}\n  g: {flow: {water: 1 kg/h}, supply: none}\n",
            "  u: {is: ./quadratic.yaml}\n", "  f -> u.feed\n  u.out -> p\n  g -> waste\n");
    ASSERT_TRUE(q.w.run()) << q.w.messages;
    const double x = q.w.value("r.u.x");
    EXPECT_NEAR((x - 1) * (x - 2), 0, 1e-12);
    ASSERT_TRUE(q.w.evaluate());
    EXPECT_EQ(q.w.value("r.u.x"), x);
}
INSTANTIATE_TEST_SUITE_P(Torture, Roots, testing::Values(-10.0, 0.0, 1.4, 1.6, 5.0, 1000.0));

class BatchSize : public testing::TestWithParam<std::tuple<double, double>> {};

TEST_P(BatchSize, TheNumberOfVesselsIsNeverNothing) {
    // n vessels in turn: while one is filled the others react and are cleaned: n t_fill = t_fill + t, t_fill = V / F.
    const auto [hours, from] = GetParam();
    Problem q;
    q.unit("vessels",
           fmt::format("ports: {{feed: in, out: out}}\nparameters: {{V: 10 m3, t: {:.17g} h}}\nequations: |\n"
                       "  out.m[c] = feed.m[c] for c in components\n  out.T = feed.T\n"
                       "  filling = V / feed.volume\n"
                       "  solve n: n * filling == filling + t from {:.17g}\n"
                       "energy: {{out: {{loss: closing}}}}\n",
                       hours, from));
    q.plant("  f: {flow: {water: 1000 kg/h}, supply: none}\n  g: {flow: {water: 1 kg/h}, supply: none}\n",
            "  u: {is: ./vessels.yaml}\n", "  f -> u.feed\n  u.out -> p\n  g -> waste\n");
    ASSERT_TRUE(q.w.run()) << q.w.messages;
    const double fill = q.w.value("r.u.filling") / 3600;
    EXPECT_NEAR(fill, 10, 0.1); // 10 m3 at 1000 kg/h
    EXPECT_NEAR(q.w.value("r.u.n"), 1 + hours / fill, 1e-10 * (1 + hours / fill));
}
INSTANTIATE_TEST_SUITE_P(Torture, BatchSize,
                         testing::Combine(testing::Values(0.0, 5.0, 300.0), testing::Values(0.0, 1.0, 1000.0)));

// ---- what cannot be is named
struct Impossible {
    const char* name;
    std::string units, connections, rest;
    std::vector<const char*> said;
};

class NotPossible : public testing::TestWithParam<Impossible> {};

TEST_P(NotPossible, IsSaidByName) {
    const Impossible& given = GetParam();
    Problem q;
    q.unit("unsolvable", "ports: {feed: in, out: out}\nequations: |\n  out.m[c] = feed.m[c] for c in components\n"
                         "  out.T = feed.T\n  solve x: x^2 == -1 from 1\nenergy: {out: {loss: closing}}\n");
    q.plant("  f: {flow: {water: 10 kg/h}, supply: none}\n  g: {flow: {water: 1 kg/h}, supply: none}\n", given.units,
            given.connections, given.rest);
    EXPECT_FALSE(q.w.run());
    for (const char* word : given.said) EXPECT_NE(q.w.messages.find(word), std::string::npos) << q.w.messages;
}

const std::string one_loop = "  f -> m.feed\n  s.back -> m.feed\n  m.out -> s.feed\n  s.forward -> p\n  g -> waste\n";
const std::string two_units = "  m: {is: ./merge.yaml}\n  s: {is: ./part.yaml}\n";

INSTANTIATE_TEST_SUITE_P(
    Torture, NotPossible,
    testing::Values(Impossible{"a_loop_without_outlet",
                               "  m: {is: ./merge.yaml}\n  s: {is: ./part.yaml, forward_share: 0}\n",
                               one_loop,
                               "",
                               {"s.back -> m.feed", "water"}},
                    Impossible{"a_product_larger_than_the_feed",
                               two_units,
                               one_loop,
                               "specifications: {more: {vary: s.forward_share, until: \"p.mass = 2 * f.mass\"}}\n",
                               {"forward_share", "p.mass = 2 * f.mass"}},
                    Impossible{
                        "a_share_beyond_one",
                        two_units,
                        one_loop,
                        "specifications: {less: {vary: s.forward_share, until: \"m.out.mass = 0.5 * f.mass\"}}\n",
                        {"forward_share", "m.out.mass = 0.5 * f.mass"}},
                    Impossible{"two_demands_on_one_value",
                               two_units,
                               one_loop,
                               "specifications:\n  a: {vary: s.forward_share, until: \"m.out.mass = 2 * f.mass\"}\n"
                               "  b: {vary: s.forward_share, until: \"m.out.mass = 3 * f.mass\"}\n",
                               {"forward_share"}},
                    Impossible{"an_equation_without_a_root",
                               "  u: {is: ./unsolvable.yaml}\n",
                               "  f -> u.feed\n  u.out -> p\n  g -> waste\n",
                               "",
                               {"u.x", "x^2 == -1"}},
                    Impossible{"something_that_does_not_matter",
                               two_units,
                               one_loop,
                               "specifications: {other: {vary: s.forward_share, until: \"g.mass = 2 * f.mass\"}}\n",
                               {"forward_share", "g.mass = 2 * f.mass"}}),
    [](const auto& given) { return given.param.name; });

} // namespace
} // namespace viresco::cases

#include "base/messages/lca_fmt.h"
#include "database_builder.h"
#include "import_fixture.h"
#include "lca/store.h"
#include <sqlite3.h>

namespace viresco::lca {
namespace {

/// Every field of every kind off its default.
Database full() {
    Database db;
    db.unit_groups = {{"ug", "Units", {{"u1", "kg", 1, {}}, {"u2", "g", 1e-3, {"gram", "gramme"}}}, 0}};
    db.properties = {{"m", "Mass", 0}, {"e", "Energy", -1}};
    db.flows = {{"f1", "product 产品", "", FlowType::product, {{0, 1}, {1, 42.5}}, "CN", "", ""},
                {"f2", "CO2", "air/urban", FlowType::elementary, {{0, 1}}, "", "124-38-9", "CO2"}};
    db.locations = {{"l1", "CN", "China"}};
    Process p;
    p.id = "p1", p.name = "making", p.category = "a/b", p.location = "CN", p.description = "text";
    p.type = ProcessType::result;
    p.reference = 0;
    Exchange out;
    out.flow = 0, out.amount = 2, out.unit = "kg";
    Exchange in;
    in.flow = 1, in.amount = -1.5e-300, in.formula = "a*2", in.unit = "g", in.property = 0, in.to_reference = 1e-3;
    in.input = true, in.avoided = true, in.provider = 0, in.location = 0;
    in.distribution = {Distribution::Kind::triangular, -1, 0, 3};
    in.pedigree = {1, 2, 3, 4, 5}, in.base_sigma = 0.05, in.internal_id = -7, in.comment = "why";
    p.exchanges = {out, in};
    p.parameters = {{"a", 3, "b+1", {Distribution::Kind::lognormal, 1, 0.2, 0}, "d"}};
    p.default_allocation = Allocation::causal;
    p.allocation = {{Allocation::economic, 0, 1, 0.25, "x"}};
    p.valid_from = "2020", p.valid_until = "2025", p.source = "S";
    db.processes = {p};
    ImpactCategory c;
    c.id = "c1", c.name = "GWP", c.unit = "kg";
    c.factors = {{1, 28, "k", 0, {Distribution::Kind::uniform, 27, 29, 0}}};
    c.parameters = {{"k", 28, "", {}, ""}};
    db.categories = {c};
    db.methods = {{"m1", "method", {0}, {{"s", "set", "pt", {2}, {3}}}}};
    db.parameters = {{"b", 2, "", {}, ""}};
    db.aliases = {{"f2", "x", 0.001}};
    db.decisions = {{"p1", "f1", "p1"}};
    db.linking = "plain";
    db.index();
    return db;
}

struct StoreTest : test::ImportFixture {
    std::string path = (folder / "x.db").string();
    void sql(const char* statement) {
        sqlite3* handle = nullptr;
        ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
        EXPECT_EQ(sqlite3_exec(handle, statement, nullptr, nullptr, nullptr), SQLITE_OK);
        sqlite3_close(handle);
    }
    /// Saving what was loaded gives the same content name: every field came back.
    static void expect_equal(const Process& a, const Process& b) {
        EXPECT_EQ(a.id, b.id);
        EXPECT_EQ(a.description, b.description);
        EXPECT_EQ(a.type, b.type);
        ASSERT_EQ(a.exchanges.size(), b.exchanges.size());
        for (size_t i = 0; i < a.exchanges.size(); ++i) {
            const Exchange &x = a.exchanges[i], &y = b.exchanges[i];
            EXPECT_EQ(x.flow, y.flow);
            EXPECT_EQ(x.amount, y.amount);
            EXPECT_EQ(x.formula, y.formula);
            EXPECT_EQ(x.property, y.property);
            EXPECT_EQ(x.to_reference, y.to_reference);
            EXPECT_EQ(x.input, y.input);
            EXPECT_EQ(x.avoided, y.avoided);
            EXPECT_EQ(x.provider, y.provider);
            EXPECT_EQ(x.location, y.location);
            EXPECT_EQ(x.distribution.kind, y.distribution.kind);
            EXPECT_EQ(x.distribution.a, y.distribution.a);
            EXPECT_EQ(x.distribution.c, y.distribution.c);
            EXPECT_EQ(x.pedigree, y.pedigree);
            EXPECT_EQ(x.internal_id, y.internal_id);
            EXPECT_EQ(x.comment, y.comment);
        }
        EXPECT_EQ(a.allocation.at(0).value, b.allocation.at(0).value);
        EXPECT_EQ(a.allocation.at(0).exchange, b.allocation.at(0).exchange);
        EXPECT_EQ(a.default_allocation, b.default_allocation);
        EXPECT_EQ(a.parameters.at(0).formula, b.parameters.at(0).formula);
    }
};

TEST_F(StoreTest, EverythingComesBack) {
    const Database before = full();
    save(before, path);
    Database after;
    ASSERT_TRUE(load(path, after, diagnostics)) << messages();
    expect_equal(before.processes[0], after.processes[0]);
    EXPECT_EQ(after.flows[0].name, "product 产品");
    EXPECT_EQ(after.flows[0].properties[1].factor, 42.5);
    EXPECT_EQ(after.unit_groups[0].units[1].synonyms.at(1), "gramme");
    EXPECT_EQ(after.categories[0].factors[0].distribution.b, 29);
    EXPECT_EQ(after.methods[0].sets[0].weight.at(0), 3);
    EXPECT_EQ(after.aliases[0].factor, 0.001);
    EXPECT_EQ(after.decisions[0].provider, "p1");
    EXPECT_EQ(after.linking, "plain");
    EXPECT_EQ(after.flow_at.at("f2"), 1);
    const std::string again = (folder / "again.db").string();
    save(after, again);
    EXPECT_EQ(content_hash(path), content_hash(again));
    EXPECT_EQ(content_hash(path).size(), 16u);
}

TEST_F(StoreTest, ContentNamesTheContent) {
    db = full();
    save(db, path);
    const std::string first = content_hash(path);
    db.processes[0].exchanges[1].amount *= 1 + 1e-15;
    save(db, path);
    EXPECT_NE(content_hash(path), first);
    db = full();
    db.decisions[0].provider.clear();
    save(db, path);
    EXPECT_NE(content_hash(path), first);
    EXPECT_EQ(content_hash((folder / "none").string()), "");
}

TEST_F(StoreTest, LeavesNoOtherFile) {
    save(full(), path);
    save(full(), path);
    int files = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++files;
    EXPECT_EQ(files, 1);
}

TEST_F(StoreTest, WhatIsNoDatabaseIsRefusedAndChangesNothing) {
    db = full();
    EXPECT_FALSE(load((folder / "none.db").string(), db, diagnostics));
    EXPECT_TRUE(raised(message::store_missing));
    EXPECT_FALSE(load(file("text.db", "not SQLite at all, but long enough to look at"), db, diagnostics));
    EXPECT_TRUE(raised(message::store_foreign));
    sql("CREATE TABLE other(x)"); // a database of somebody else
    diagnostics = {};
    EXPECT_FALSE(load(path, db, diagnostics));
    EXPECT_TRUE(raised(message::store_foreign));
    EXPECT_EQ(db.processes.size(), 1u);
}

TEST_F(StoreTest, OtherSchemaIsNamed) {
    save(full(), path);
    sql("PRAGMA user_version = 999");
    db = {};
    EXPECT_FALSE(load(path, db, diagnostics));
    EXPECT_TRUE(raised(message::store_schema));
    EXPECT_NE(messages().find("999"), std::string::npos);
}

TEST_F(StoreTest, DamageIsNamedByItsPart) {
    db = {};
    save(full(), path);
    sql("UPDATE part SET data = zeroblob(length(data)) WHERE name = 'flows'");
    EXPECT_FALSE(load(path, db, diagnostics));
    EXPECT_TRUE(raised(message::store_damaged));
    EXPECT_NE(messages().find("'flows'"), std::string::npos);
    save(full(), path);
    sql("DELETE FROM part WHERE name = 'processes'");
    diagnostics = {};
    EXPECT_FALSE(load(path, db, diagnostics));
    EXPECT_TRUE(raised(message::store_damaged));
    EXPECT_TRUE(db.processes.empty());
}

TEST_F(StoreTest, PositionsOutsideAreRefused) {
    db = full();
    db.processes[0].exchanges[1].provider = 5;
    save(db, path);
    EXPECT_FALSE(load(path, db, diagnostics));
    EXPECT_TRUE(raised(message::store_damaged));
}

TEST_F(StoreTest, UnwritableFolderIsAnError) {
    EXPECT_THROW(save(full(), (folder / "no/such/x.db").string()), ConfigError);
}

TEST_F(StoreTest, DecisionsAreKeptAndRead) {
    db = full();
    Database other = full();
    const std::string table = file("d.csv", "process,flow,provider,note\np1,f1,-,cut\n,f1,p1,\np1,f2,,undecided\n");
    ASSERT_TRUE(read_decisions(table, db, sources, diagnostics)) << messages();
    ASSERT_EQ(db.decisions.size(), 2u);
    EXPECT_EQ(db.decisions[0].provider, "");
    EXPECT_EQ(db.decisions[1].process, "");
    EXPECT_EQ(db.decisions[1].provider, "p1");
    Finding open{"unlinked_input", "p1", "f2", {}, {"p1"}};
    const std::string written = (folder / "w.csv").string();
    write_decisions(db, {open}, written);
    EXPECT_NE(content(written).find("p1,f2,,p1,"), std::string::npos) << content(written);
    ASSERT_TRUE(read_decisions(written, other, sources, diagnostics)) << messages();
    EXPECT_EQ(other.decisions.size(), 2u);
    EXPECT_FALSE(read_decisions(file("bad.csv", "process,flow,provider\np1,f1,nobody\n"), db, sources, diagnostics));
    EXPECT_TRUE(raised(message::decision_unknown));
    EXPECT_NE(messages().find("bad.csv:2:7"), std::string::npos) << messages();
}

} // namespace
} // namespace viresco::lca

#include "lca/store.h"
#include "base/messages/lca_fmt.h"
#include <bit>
#include <cerrno>
#include <charconv>
#include <concepts>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <sqlite3.h>
#include <type_traits>
#include <unistd.h>
#include <utility>
#include <vector>

namespace viresco::lca {
namespace fs = std::filesystem;
namespace {

constexpr int schema = 2;               // raise when fields() changes
constexpr int application = 0x56525343; // "VRSC"
static_assert(std::endian::native == std::endian::little, "the blobs are little-endian");

uint64_t checksum(std::string_view data, uint64_t h = 0xcbf29ce484222325u) {
    size_t i = 0;
    for (; i + 8 <= data.size(); i += 8) {
        uint64_t word;
        std::memcpy(&word, data.data() + i, 8);
        h = (h ^ word) * 0x9E3779B97F4A7C15u;
        h ^= h >> 32;
    }
    for (; i < data.size(); ++i) h = (h ^ static_cast<unsigned char>(data[i])) * 0x100000001b3u;
    return h ^ data.size();
}

/// The fields of each kind in their order in the blob. A structured binding names them all, so that a new member
/// cannot be forgotten here: the program does not compile without it.
template <class S>
void fields(S& s, Distribution& x) {
    auto& [kind, a, b, c] = x;
    s(kind);
    if (kind != Distribution::Kind::none) s(a, b, c);
}
template <class S>
void fields(S& s, UnitOfGroup& x) {
    auto& [id, name, factor, synonyms] = x;
    s(id, name, factor, synonyms);
}
template <class S>
void fields(S& s, UnitGroup& x) {
    auto& [id, name, units, reference] = x;
    s(id, name, units, reference);
}
template <class S>
void fields(S& s, FlowProperty& x) {
    auto& [id, name, unit_group] = x;
    s(id, name, unit_group);
}
template <class S>
void fields(S& s, PropertyFactor& x) {
    auto& [property, factor] = x;
    s(property, factor);
}
template <class S>
void fields(S& s, Flow& x) {
    auto& [id, name, category, type, properties, location, cas, formula] = x;
    s(id, name, category, type, properties, location, cas, formula);
}
template <class S>
void fields(S& s, Location& x) {
    auto& [id, code, name] = x;
    s(id, code, name);
}
template <class S>
void fields(S& s, Parameter& x) {
    auto& [name, value, formula, distribution, description] = x;
    s(name, value, formula, distribution, description);
}
template <class S>
void fields(S& s, Exchange& x) {
    auto& [flow, amount, formula, unit, property, to_reference, input, avoided, provider, location, distribution,
           pedigree, base_sigma, internal_id, comment] = x;
    s(flow, amount, formula, unit, property, to_reference, input, avoided, provider, location, distribution);
    for (uint8_t& indicator : pedigree) s(indicator);
    s(base_sigma, internal_id, comment);
}
template <class S>
void fields(S& s, AllocationFactor& x) {
    auto& [method, product, exchange, value, formula] = x;
    s(method, product, exchange, value, formula);
}
template <class S>
void fields(S& s, Process& x) {
    auto& [id, name, category, location, description, type, reference, exchanges, parameters, default_allocation,
           allocation, valid_from, valid_until, source] = x;
    s(id, name, category, location, description, type, reference, exchanges, parameters, default_allocation, allocation,
      valid_from, valid_until, source);
}
template <class S>
void fields(S& s, ImpactFactor& x) {
    auto& [flow, value, formula, location, distribution] = x;
    s(flow, value, formula, location, distribution);
}
template <class S>
void fields(S& s, ImpactCategory& x) {
    auto& [id, name, unit, factors, parameters, name_zh, unverified] = x;
    s(id, name, unit, factors, parameters, name_zh, unverified);
}
template <class S>
void fields(S& s, NormalisationSet& x) {
    auto& [id, name, unit, normalisation, weight] = x;
    s(id, name, unit, normalisation, weight);
}
template <class S>
void fields(S& s, ImpactMethod& x) {
    auto& [id, name, categories, sets, name_zh] = x;
    s(id, name, categories, sets, name_zh);
}
template <class S>
void fields(S& s, FlowAlias& x) {
    auto& [from, to, factor] = x;
    s(from, to, factor);
}
template <class S>
void fields(S& s, LinkDecision& x) {
    auto& [process, flow, provider] = x;
    s(process, flow, provider);
}

class Writer {
public:
    template <class... T>
    void operator()(T&... x) {
        (put(x), ...);
    }
    std::string take() { return std::move(out_); }

private:
    void number(uint64_t n) {
        for (; n >= 0x80; n >>= 7) out_ += static_cast<char>(n | 0x80);
        out_ += static_cast<char>(n);
    }
    void put(double& x) { out_.append(reinterpret_cast<const char*>(&x), sizeof x); }
    void put(int& x) { number((static_cast<uint64_t>(static_cast<uint32_t>(x)) << 1) ^ (x < 0 ? 0x1FFFFFFFFu : 0)); }
    void put(std::string& x) {
        number(x.size());
        out_ += x;
    }
    template <class T>
    requires(sizeof(T) == 1) void put(T& x) { out_ += static_cast<char>(x); }
    template <class T>
    void put(std::vector<T>& xs) {
        number(xs.size());
        for (T& x : xs) put(x);
    }
    template <class T>
    requires std::is_class_v<T>
    void put(T& x) { fields(*this, x); }

    std::string out_;
};

class Reader {
public:
    explicit Reader(std::string_view in) : in_(in) {}
    template <class... T>
    void operator()(T&... x) {
        (get(x), ...);
    }
    bool complete() const { return good_ && in_.empty(); }

private:
    const char* bytes(size_t n) {
        if (in_.size() < n) {
            good_ = false;
            in_ = {};
            return nullptr;
        }
        const char* at = in_.data();
        in_.remove_prefix(n);
        return at;
    }
    uint64_t number() {
        uint64_t n = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            const char* c = bytes(1);
            if (!c) return 0;
            n |= static_cast<uint64_t>(*c & 0x7F) << shift;
            if (!(*c & 0x80)) break;
        }
        return n;
    }
    void get(double& x) {
        if (const char* at = bytes(sizeof x)) std::memcpy(&x, at, sizeof x);
    }
    void get(int& x) {
        const uint64_t n = number();
        x = static_cast<int>(static_cast<uint32_t>(n >> 1) ^ (n & 1 ? 0xFFFFFFFFu : 0));
    }
    void get(std::string& x) {
        const size_t n = number();
        if (const char* at = bytes(n)) x.assign(at, n);
    }
    template <class T>
    requires(sizeof(T) == 1) void get(T& x) {
        if (const char* at = bytes(1)) x = static_cast<T>(*at);
    }
    template <class T>
    void get(std::vector<T>& xs) {
        const size_t n = number();
        if (n > in_.size()) { // every element takes a byte at least
            good_ = false;
            in_ = {};
            return;
        }
        xs.resize(n);
        for (T& x : xs) get(x);
    }
    template <class T>
    requires std::is_class_v<T>
    void get(T& x) { fields(*this, x); }

    std::string_view in_;
    bool good_ = true;
};

/// Calls f(name, vector) for every part of the database.
template <class F>
void each_part(Database& db, F f) {
    f("unit_groups", db.unit_groups);
    f("properties", db.properties);
    f("flows", db.flows);
    f("locations", db.locations);
    f("processes", db.processes);
    f("categories", db.categories);
    f("methods", db.methods);
    f("parameters", db.parameters);
    f("aliases", db.aliases);
    f("decisions", db.decisions);
    f("linking", db.linking);
}

/// Positions of a damaged or forged file must not lead out of the vectors.
bool consistent(const Database& db) {
    const auto in = [](int i, const auto& entities) { return i >= -1 && i < static_cast<int>(entities.size()); };
    for (const auto& g : db.unit_groups)
        if (g.reference < 0 || !in(g.reference, g.units)) return false;
    for (const auto& p : db.properties)
        if (!in(p.unit_group, db.unit_groups)) return false;
    for (const auto& f : db.flows)
        for (const auto& p : f.properties)
            if (!in(p.property, db.properties)) return false;
    for (const auto& p : db.processes) {
        if (!in(p.reference, p.exchanges)) return false;
        for (const auto& e : p.exchanges)
            if (e.flow < 0 || !in(e.flow, db.flows) || !in(e.property, db.properties) ||
                !in(e.provider, db.processes) || !in(e.location, db.locations))
                return false;
        for (const auto& a : p.allocation)
            if (!in(a.product, db.flows) || !in(a.exchange, p.exchanges)) return false;
    }
    for (const auto& c : db.categories)
        for (const auto& f : c.factors)
            if (f.flow < 0 || !in(f.flow, db.flows) || !in(f.location, db.locations)) return false;
    for (const auto& m : db.methods)
        for (const int c : m.categories)
            if (c < 0 || !in(c, db.categories)) return false;
    return true;
}

struct Connection {
    sqlite3* handle = nullptr;
    ~Connection() { sqlite3_close(handle); }
    bool run(const char* sql) { return sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) == SQLITE_OK; }
    int pragma(const char* sql) {
        int value = 0;
        sqlite3_stmt* statement = nullptr;
        if (sqlite3_prepare_v2(handle, sql, -1, &statement, nullptr) == SQLITE_OK &&
            sqlite3_step(statement) == SQLITE_ROW)
            value = sqlite3_column_int(statement, 0);
        sqlite3_finalize(statement);
        return value;
    }
};

struct Statement {
    sqlite3_stmt* handle = nullptr;
    Statement(Connection& c, const char* sql) { sqlite3_prepare_v2(c.handle, sql, -1, &handle, nullptr); }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement() { sqlite3_finalize(handle); }
};

/// Removes what killed programs left beside the database: PATH.PID.part whose process runs no more.
void remove_leftovers(const std::string& path) {
    const fs::path target(path);
    const std::string begin = target.filename().string() + ".", end = ".part";
    std::error_code error;
    std::vector<fs::path> stale;
    for (fs::directory_iterator at(target.has_parent_path() ? target.parent_path() : fs::path("."), error), last;
         !error && at != last; at.increment(error)) {
        const std::string name = at->path().filename().string();
        if (name.size() <= begin.size() + end.size() || !name.starts_with(begin) || !name.ends_with(end)) continue;
        const char* first = name.data() + begin.size();
        const char* stop = name.data() + name.size() - end.size();
        pid_t process = 0;
        const auto [read, wrong] = std::from_chars(first, stop, process);
        if (wrong != std::errc() || read != stop || process <= 0) continue;
        if (::kill(process, 0) != 0 && errno == ESRCH) stale.push_back(at->path());
    }
    std::error_code ignored;
    for (const fs::path& file : stale) fs::remove(file, ignored);
}

[[noreturn]] void save_failed(const std::string& path, const std::string& why) {
    Diagnostics diagnostics;
    diagnostics.error({}, message::store_write_failed, {path, why}).hint(message::store_hint_write);
    throw ConfigError(std::move(diagnostics));
}

} // namespace

void save(const Database& db, const std::string& path) {
    const std::string temporary = path + "." + std::to_string(::getpid()) + ".part";
    std::error_code ignored;
    fs::remove(temporary, ignored);
    std::string why;
    {
        Connection c;
        bool good =
            sqlite3_open(temporary.c_str(), &c.handle) == SQLITE_OK &&
            c.run("PRAGMA page_size = 65536; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;") &&
            c.run(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};", application, schema).c_str()) &&
            c.run("BEGIN; CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT);"
                  "CREATE TABLE part(name TEXT PRIMARY KEY, checksum INTEGER, data BLOB);");
        uint64_t hash = 0;
        // The fields are only read: one list of them serves both directions.
        each_part(const_cast<Database&>(db), [&](const char* name, auto& entities) {
            if (!good) return;
            Writer w;
            w(entities);
            const std::string data = w.take();
            const uint64_t sum = checksum(data);
            hash = checksum(std::string_view(reinterpret_cast<const char*>(&sum), sizeof sum), hash);
            Statement s(c, "INSERT INTO part VALUES(?, ?, ?)");
            sqlite3_bind_text(s.handle, 1, name, -1, SQLITE_STATIC);
            sqlite3_bind_int64(s.handle, 2, static_cast<sqlite3_int64>(sum));
            sqlite3_bind_blob64(s.handle, 3, data.data(), data.size(), SQLITE_STATIC);
            good = sqlite3_step(s.handle) == SQLITE_DONE;
        });
        good = good && c.run(fmt::format("INSERT INTO meta VALUES('content_hash', '{:016x}'); COMMIT;", hash).c_str());
        if (!good) why = c.handle ? sqlite3_errmsg(c.handle) : "sqlite";
    }
    if (why.empty()) {
        std::error_code error;
        fs::rename(temporary, path, error);
        if (!error) return remove_leftovers(path);
        why = error.message();
    }
    fs::remove(temporary, ignored);
    save_failed(path, why);
}

bool load(const std::string& path, Database& into, Diagnostics& diagnostics) {
    std::error_code error;
    if (!fs::exists(path, error)) {
        diagnostics.error({}, message::store_missing, {path}).hint(message::store_hint_import, {path});
        return false;
    }
    Connection c;
    if (sqlite3_open_v2(path.c_str(), &c.handle, SQLITE_OPEN_READONLY, nullptr) != SQLITE_OK ||
        c.pragma("PRAGMA application_id") != application) {
        diagnostics.error({}, message::store_foreign, {path}).hint(message::store_hint_import, {path});
        return false;
    }
    if (const int version = c.pragma("PRAGMA user_version"); version != schema) {
        diagnostics.error({}, message::store_schema, {path, std::to_string(version), std::to_string(schema)})
            .hint(message::store_hint_schema);
        return false;
    }
    Database db;
    std::string damaged;
    each_part(db, [&](const char* name, auto& entities) {
        Statement s(c, "SELECT checksum, data FROM part WHERE name = ?");
        sqlite3_bind_text(s.handle, 1, name, -1, SQLITE_STATIC);
        if (sqlite3_step(s.handle) != SQLITE_ROW) {
            damaged = name;
            return;
        }
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(s.handle, 1));
        const std::string_view data(bytes ? bytes : "", static_cast<size_t>(sqlite3_column_bytes(s.handle, 1)));
        Reader r(data);
        if (static_cast<uint64_t>(sqlite3_column_int64(s.handle, 0)) == checksum(data)) r(entities);
        if (!r.complete()) damaged = name;
    });
    if (damaged.empty() && !consistent(db)) damaged = "positions";
    if (!damaged.empty()) {
        diagnostics.error({}, message::store_damaged, {path, damaged}).hint(message::store_hint_damaged);
        return false;
    }
    db.index();
    into = std::move(db);
    return true;
}

std::string content_hash(const std::string& path) {
    Connection c;
    std::error_code error;
    if (!fs::exists(path, error) ||
        sqlite3_open_v2(path.c_str(), &c.handle, SQLITE_OPEN_READONLY, nullptr) != SQLITE_OK ||
        c.pragma("PRAGMA application_id") != application)
        return {};
    Statement s(c, "SELECT value FROM meta WHERE key = 'content_hash'");
    if (sqlite3_step(s.handle) != SQLITE_ROW) return {};
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(s.handle, 0));
    return text ? text : "";
}

} // namespace viresco::lca

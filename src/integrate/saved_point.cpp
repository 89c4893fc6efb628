#include "integrate/saved_point.h"
#include "base/messages/integrate.h"
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace viresco::integrate {
namespace {

using Json = nlohmann::ordered_json;
constexpr int format_version = 1;

/// FNV-1a of 64 bits.
class Hash {
public:
    void add(uint64_t v) {
        for (int k = 0; k < 8; ++k, v >>= 8) byte(static_cast<unsigned char>(v & 0xff));
    }
    void add(const std::string& s) {
        add(s.size());
        for (const char c : s) byte(static_cast<unsigned char>(c));
    }
    void add(const lang::Tape& tape) {
        add(tape.size());
        for (const lang::Instruction& i : tape) {
            add(static_cast<uint64_t>(i.op));
            for (const int32_t slot : {i.result, i.a, i.b, i.c})
                add(static_cast<uint64_t>(static_cast<uint32_t>(slot)));
        }
    }
    std::string text() const { return fmt::format("{:016x}", value_); }

private:
    void byte(unsigned char b) { value_ = (value_ ^ b) * 1099511628211u; }
    uint64_t value_ = 14695981039346656037u;
};

/// Reads one document; the first thing that is wrong is thrown.
class Reader {
public:
    Reader(const lang::DynamicProgram& program, const std::string& name, Diagnostics& warnings)
        : program_(program), name_(name), warnings_(warnings) {}

    Point read(const std::string& document, std::span<const int> sensitivities) {
        const Json json = Json::parse(document, nullptr, false);
        if (!json.is_object() || json.value("viresco_state", Json()) != Json(format_version))
            fail(message::not_a_saved_state, {name_});
        Point p;
        p.time = number(json, "time");
        p.step = number(json, "next_step");
        p.x = variables(member(json, "variables"));
        p.start = variables(member(json, "start"));
        for (const auto& [path, ignored] : member(json, "variables").items())
            if (!known(path)) warnings_.warning({}, message::saved_state_unknown, {name_, path});
        const size_t m = sensitivities.size();
        p.s.resize(p.x.size() * m);
        for (size_t j = 0; j < m; ++j) {
            const std::string& parameter = program_.parameters()[static_cast<size_t>(sensitivities[j])].path;
            const Json& all = member(json, "sensitivities");
            if (!all.contains(parameter)) fail(message::saved_state_lacks, {name_, "d/d " + parameter});
            const std::vector<double> column = variables(all[parameter]);
            for (size_t i = 0; i < column.size(); ++i) p.s[i * m + j] = column[i];
        }
        p.on.assign(program_.events().size(), 0);
        for (const Json& on : member(json, "events_on")) {
            const auto& events = program_.events();
            const auto at = std::find_if(events.begin(), events.end(),
                                         [&](const lang::Event& e) { return on.is_string() && e.path == on; });
            if (at == events.end())
                warnings_.warning({}, message::saved_state_unknown, {name_, on.dump()});
            else
                p.on[static_cast<size_t>(at - events.begin())] = 1;
        }
        if (member(json, "program") != fingerprint(program_))
            warnings_.warning({}, message::saved_state_of_another_program, {name_});
        return p;
    }

private:
    [[noreturn]] static void fail(MessageId id, std::vector<std::string> arguments) {
        Diagnostics d;
        d.error({}, id, std::move(arguments));
        throw ConfigError(d);
    }
    const Json& member(const Json& json, const char* key) const {
        const auto at = json.find(key);
        if (at == json.end()) fail(message::saved_state_lacks, {name_, key});
        return *at;
    }
    double number(const Json& json, const std::string& key) const {
        const auto at = json.find(key);
        if (at == json.end() || !at->is_number()) fail(message::saved_state_lacks, {name_, key});
        return at->get<double>();
    }
    std::vector<double> variables(const Json& json) const {
        if (!json.is_object()) fail(message::not_a_saved_state, {name_});
        std::vector<double> out;
        for (int i = 0; i < program_.n_variables(); ++i) out.push_back(number(json, program_.variable_path(i)));
        return out;
    }
    bool known(const std::string& path) const {
        for (int i = 0; i < program_.n_variables(); ++i)
            if (program_.variable_path(i) == path) return true;
        return false;
    }

    const lang::DynamicProgram& program_;
    const std::string& name_;
    Diagnostics& warnings_;
};

} // namespace

std::string fingerprint(const lang::DynamicProgram& program) {
    Hash h;
    for (const lang::Parameter& p : program.parameters()) h.add(p.path);
    for (int i = 0; i < program.n_variables(); ++i) h.add(program.variable_path(i));
    for (const lang::Event& e : program.events()) h.add(e.path);
    for (const lang::Tape* tape : {&program.setup(), &program.rates(), &program.margins_tape(), &program.jumps_tape()})
        h.add(*tape);
    for (const auto& [slot, value] : program.constants()) {
        h.add(static_cast<uint64_t>(static_cast<uint32_t>(slot)));
        h.add(std::bit_cast<uint64_t>(value));
    }
    for (const auto* slots : {&program.rate_slots(), &program.margin_slots(), &program.parameter_slots()})
        for (const int32_t slot : *slots) h.add(static_cast<uint64_t>(static_cast<uint32_t>(slot)));
    for (const auto& event : program.jump_slots())
        for (const auto& [state, slot] : event) {
            h.add(static_cast<uint64_t>(state));
            h.add(static_cast<uint64_t>(static_cast<uint32_t>(slot)));
        }
    return h.text();
}

std::string save_point(const lang::DynamicProgram& program, const Point& p, std::span<const int> sensitivities) {
    const auto named = [&](auto&& value) {
        Json out = Json::object();
        for (int i = 0; i < program.n_variables(); ++i) out[program.variable_path(i)] = value(static_cast<size_t>(i));
        return out;
    };
    Json out;
    out["viresco_state"] = format_version;
    out["program"] = fingerprint(program);
    out["time"] = p.time;
    out["next_step"] = p.step;
    out["variables"] = named([&](size_t i) { return p.x[i]; });
    out["start"] = named([&](size_t i) { return p.start.empty() ? p.x[i] : p.start[i]; });
    Json by_parameter = Json::object();
    const size_t m = sensitivities.size();
    for (size_t j = 0; j < m; ++j)
        by_parameter[program.parameters()[static_cast<size_t>(sensitivities[j])].path] = named(
            [&](size_t i) { return p.s[i * m + j]; });
    out["sensitivities"] = std::move(by_parameter);
    Json on = Json::array();
    for (size_t k = 0; k < p.on.size(); ++k)
        if (p.on[k]) on.push_back(program.events()[k].path);
    out["events_on"] = std::move(on);
    return out.dump(1) + "\n";
}

Point restore_point(const lang::DynamicProgram& program, const std::string& document, const std::string& name,
                    std::span<const int> sensitivities, Diagnostics& warnings) {
    return Reader(program, name, warnings).read(document, sensitivities);
}

} // namespace viresco::integrate

// Barriers in the short table of `viresco evaluate`: what they are, what each action and each target changes.
#include "base/messages/cli.h"
#include "commands.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace viresco::cli {
namespace {

using Json = nlohmann::ordered_json;

class Table {
public:
    Table(const Json& results, Language language) : language_(language) {
        for (const auto& name : results.at("comparison").at("routes")) {
            const Json& route = results.at("routes").at(name.get<std::string>());
            if (route.contains("barriers")) routes_.push_back(&route.at("barriers"));
        }
    }

    void print() const {
        if (routes_.empty()) return;
        heading(message::barriers_heading);
        const Json& rows = routes_.front()->at("rows");
        for (size_t k = 0; k < rows.size(); ++k) {
            line(rows[k].at("id"), [&](const Json& route) { return route.at("rows")[k].at("risk"); });
            std::string worst;
            for (const Json* route : routes_) {
                const Json& by = route->at("rows")[k].at("worst");
                if (by.is_string() && worst.find(by.get<std::string>()) == std::string::npos)
                    worst += (worst.empty() ? "" : ", ") + by.get<std::string>();
            }
            fmt::print("  {}\n", worst.empty() ? "" : text(message::barriers_by, {worst}));
        }
        changes("actions", message::barriers_actions_heading);
        changes("removed", message::barriers_removed_heading);
        fmt::print("\n");
    }

private:
    std::string text(MessageId id, std::vector<std::string> args = {}) const {
        return Message{id, std::move(args)}.text(language_);
    }
    void heading(MessageId id) const { fmt::print("{}\n", text(id)); }

    template <class Of>
    void line(const std::string& name, const Of& of) const {
        fmt::print("{:<32}", "  " + name);
        for (const Json* route : routes_) {
            const Json& x = of(*route);
            if (x.is_number())
                fmt::print("{:>16.5g}", x.get<double>());
            else
                fmt::print("{:>16}", "-");
        }
    }

    /// In some route the change is more than what rounding leaves of `size`.
    template <class Of>
    bool any(const Of& of, const char* size) const {
        return std::any_of(routes_.begin(), routes_.end(), [&](const Json* route) {
            const Json &change = of(*route).at("change"), &now = of(*route).at(size);
            return change.is_number() && now.is_number() &&
                   std::abs(change.get<double>()) > 1e-12 * std::abs(now.get<double>());
        });
    }

    static std::string money(const Json& q) {
        return q.is_null() ? ""
                           : fmt::format("{:.6g} {}", q.at("value").get<double>(), q.at("unit").get<std::string>());
    }

    void changes(const char* list, MessageId title) const {
        const Json& first = routes_.front()->at(list);
        if (first.empty()) return;
        heading(title);
        for (size_t k = 0; k < first.size(); ++k) {
            const Json& item = first[k];
            if (item.contains("cost")) {
                const std::string yearly = money(item.at("yearly_cost"));
                fmt::print("  {}: {}{}\n", item.at("id").get<std::string>(), money(item.at("cost")),
                           yearly.empty() ? "" : " + " + yearly);
            } else {
                fmt::print("  {}.{}\n", item.at("barrier").get<std::string>(), item.at("proxy").get<std::string>());
            }
            if (const Json& failure = item.at("failure"); !failure.is_null()) {
                fmt::print("    {}\n", failure.at(language_ == Language::zh ? "zh" : "en").get<std::string>());
                continue;
            }
            bool none = true;
            for (const auto& [id, value] : item.at("indicators").items()) {
                const auto of = [&, name = id](const Json& route) -> const Json& {
                    return route.at(list)[k].at("indicators").at(name);
                };
                if (!any(of, "value")) continue;
                none = false;
                line("  " + id, [&](const Json& route) { return of(route).at("change"); });
                fmt::print("  {}\n", value.at("unit").get<std::string>());
            }
            for (const auto& [id, value] : item.at("risks").items()) {
                const auto of = [&, name = id](const Json& route) -> const Json& {
                    return route.at(list)[k].at("risks").at(name);
                };
                if (!any(of, "risk")) continue;
                none = false;
                line("  " + text(message::barriers_risk_of, {id}),
                     [&](const Json& route) { return of(route).at("change"); });
                fmt::print("\n");
            }
            if (none) fmt::print("    {}\n", text(message::barriers_nothing));
        }
    }

    Language language_;
    std::vector<const Json*> routes_;
};

} // namespace

void print_barriers(const nlohmann::ordered_json& results, Language language) { Table(results, language).print(); }

} // namespace viresco::cli

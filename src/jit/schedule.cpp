#include "jit/schedule.h"
#include <algorithm>
#include <array>
#include <cassert>

namespace viresco::jit {
namespace {

using lang::Instruction;

/// Slots that an instruction reads; -1: none.
std::array<int32_t, 3> operands(const Instruction& i) { return {i.a, i.b, i.op == lang::Op::property ? -1 : i.c}; }

class Scheduler {
public:
    Scheduler(const lang::TapeUse& use, int n_slots) : tape_(*use.tape), maker_(static_cast<size_t>(n_slots), -1) {
        registers_.assign(tape_.size(), 1);
        for (size_t k = 0; k < tape_.size(); ++k) {
            std::array<int, 3> needs{};
            const auto from = operands(tape_[k]);
            for (size_t j = 0; j < 3; ++j)
                if (const int m = maker(from[j]); m >= 0) needs[j] = registers_[static_cast<size_t>(m)];
            std::sort(needs.rbegin(), needs.rend());
            for (int j = 0; j < 3; ++j)
                registers_[k] = std::max(registers_[k],
                                         needs[static_cast<size_t>(j)] + (needs[static_cast<size_t>(j)] ? j : 0));
            maker_[static_cast<size_t>(tape_[k].result)] = static_cast<int>(k);
        }
        done_.assign(tape_.size(), 0);
        for (const int32_t slot : use.out) demand(maker(slot));
        std::vector<int> kept;
        for (const int32_t slot : use.keep) kept.push_back(maker(slot));
        std::sort(kept.rbegin(), kept.rend()); // the last of the tape bring what they are made of with them
        for (const int k : kept) demand(k);
    }
    const std::vector<int>& order() const { return order_; }
    /// The instruction that makes a slot; -1: it is there from the start.
    int maker(int32_t slot) const { return slot < 0 ? -1 : maker_[static_cast<size_t>(slot)]; }

private:
    /// Operands first, the one that needs most registers before the others (Sethi, Ullman 1970; unverified).
    void demand(int root) {
        if (root < 0 || done_[static_cast<size_t>(root)]) return;
        std::vector<std::pair<int, bool>> stack{{root, false}};
        while (!stack.empty()) {
            const auto [k, ready] = stack.back();
            stack.pop_back();
            if (done_[static_cast<size_t>(k)]) continue;
            if (ready) {
                done_[static_cast<size_t>(k)] = 1;
                order_.push_back(k);
                continue;
            }
            stack.emplace_back(k, true);
            std::vector<int> from;
            for (const int32_t slot : operands(tape_[static_cast<size_t>(k)]))
                if (const int m = maker(slot); m >= 0 && !done_[static_cast<size_t>(m)]) from.push_back(m);
            std::stable_sort(from.begin(), from.end(), [&](int i, int j) {
                return registers_[static_cast<size_t>(i)] < registers_[static_cast<size_t>(j)];
            });
            for (const int m : from) stack.emplace_back(m, false);
        }
    }

    const lang::Tape& tape_;
    std::vector<int> maker_, registers_, order_;
    std::vector<char> done_;
};

/// Where pieces end: at most `largest` apart, each in the second half of its piece where fewest values cross.
std::vector<size_t> cuts(const std::vector<size_t>& last_use, size_t largest) {
    const size_t n = last_use.size();
    std::vector<int> crossing(n + 1, 0); // values made before place k and used at or after it
    for (size_t k = 0; k < n; ++k)
        if (last_use[k] > k + 1) {
            ++crossing[k + 1];
            --crossing[last_use[k]];
        }
    for (size_t k = 1; k <= n; ++k) crossing[k] += crossing[k - 1];
    std::vector<size_t> out;
    for (size_t begin = 0; begin < n;) {
        size_t end = std::min(n, begin + largest);
        if (end < n)
            for (size_t k = begin + largest; k > begin + largest / 2; --k)
                if (crossing[k] < crossing[end]) end = k;
        out.push_back(end);
        begin = end;
    }
    return out;
}

} // namespace

std::vector<Piece> schedule(const lang::TapeUse& use, int n_slots, size_t largest) {
    assert(largest > 1);
    const Scheduler s(use, n_slots);
    const lang::Tape& tape = *use.tape;
    const std::vector<int>& order = s.order();
    std::vector<size_t> place(tape.size(), 0), last_use(order.size());
    for (size_t k = 0; k < order.size(); ++k) {
        place[static_cast<size_t>(order[k])] = last_use[k] = k;
        for (const int32_t slot : operands(tape[static_cast<size_t>(order[k])]))
            if (const int m = s.maker(slot); m >= 0) last_use[place[static_cast<size_t>(m)]] = k;
    }
    std::vector<Piece> out;
    std::vector<size_t> piece_of(order.size());
    size_t begin = 0;
    for (const size_t end : cuts(last_use, largest)) {
        Piece& p = out.emplace_back();
        for (size_t k = begin; k < end; ++k) {
            p.steps.push_back(tape[static_cast<size_t>(order[k])]);
            piece_of[k] = out.size() - 1;
            if (last_use[k] >= end) p.keep.push_back(p.steps.back().result);
        }
        begin = end;
    }
    if (out.empty()) out.emplace_back();
    const auto made = [&](int32_t slot) { return place[static_cast<size_t>(s.maker(slot))]; };
    for (const int32_t slot : use.keep)
        if (s.maker(slot) >= 0) out[piece_of[made(slot)]].keep.push_back(slot);
    for (size_t k = 0; k < use.out.size(); ++k) {
        const std::pair entry(use.out[k], static_cast<int32_t>(k));
        if (s.maker(entry.first) < 0)
            out.front().passed.push_back(entry);
        else
            out[piece_of[made(entry.first)]].out.push_back(entry);
    }
    for (Piece& p : out) {
        std::stable_sort(p.out.begin(), p.out.end(),
                         [&](const auto& x, const auto& y) { return made(x.first) < made(y.first); });
        std::sort(p.keep.begin(), p.keep.end());
        p.keep.erase(std::unique(p.keep.begin(), p.keep.end()), p.keep.end());
    }
    return out;
}

} // namespace viresco::jit

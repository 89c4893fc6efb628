#pragma once
#include <initializer_list>
#include <string>
#include <string_view>

namespace viresco::lca {

/// The name-based UUID (RFC 4122, version 3 without a name space) of the parts, trimmed, in lower case, joined by '/':
/// the ids openLCA gives to entities of formats that have none, so that flow maps made for those ids apply.
/// name_id({"air", "high population density", "Toluene", "kg"}) == "00423103-cdb6-3057-a964-306aa70c01e4".
/// Source: org.openlca.util.KeyGen and ES1KeyGen of GreenDelta/olca-modules (behaviour only).
std::string name_id(std::initializer_list<std::string_view> parts);

} // namespace viresco::lca

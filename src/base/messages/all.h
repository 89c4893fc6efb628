// Every message, for tests and tools; code includes the file of its own folder.
#pragma once
#include "base/messages/assess.h"
#include "base/messages/base.h"
#include "base/messages/case.h"
#include "base/messages/cli.h"
#include "base/messages/economics.h"
#include "base/messages/lang.h"
#include "base/messages/lca.h"
#include "base/messages/matter.h"
#include "base/messages/plant.h"
#include "base/messages/report.h"
#include "base/messages/text.h"
#include "base/messages/units.h"

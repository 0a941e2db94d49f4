#include "CSigning.h"

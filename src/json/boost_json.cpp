// Boost.JSON is not installed as a library: this is the one unit that compiles its functions.
#include <boost/json/src.hpp>

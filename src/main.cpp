#include "server/command_line.h"

int main(int argc, char** argv) { return coffer::server::RunCommandLine(argc, argv); }

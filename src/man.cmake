# Writes the man page from what the program says of itself: cmake -DPROGRAM=... -DVERSION=... -DOUT=... -P man.cmake
execute_process(COMMAND ${PROGRAM} --help OUTPUT_VARIABLE help COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\\" "\\e" help "${help}")
string(REPLACE "-" "\\-" help "${help}")
file(WRITE ${OUT} ".TH PLAINSOCKS 1 \"\" \"plainsocks ${VERSION}\"
.SH NAME
plainsocks \\- a SOCKS5 proxy
.SH DESCRIPTION
.nf
${help}.fi
.SH EXIT STATUS
0 after SIGINT or SIGTERM; 1 when it cannot listen; 2 when the options are wrong.
")

package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"airglow/internal/dolt"
)

// showVersion prints the version of this build, the Go release that made it,
// and the version that clients are told.
func showVersion(t terminal, _ []string) int {
	fmt.Fprintf(t.out, "airglow %s (%s, %s/%s), MySQL protocol version %s\n",
		buildVersion(debug.ReadBuildInfo()), runtime.Version(), runtime.GOOS, runtime.GOARCH, dolt.DefaultVersion)
	return exitOK
}

// buildVersion is the module's version where the build knows one, else the
// commit.
func buildVersion(info *debug.BuildInfo, ok bool) string {
	if !ok {
		return "unknown"
	}
	if info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return setting.Value
		}
	}
	return "development build"
}

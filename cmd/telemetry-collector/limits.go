package main

import (
	"fmt"

	"github.com/spf13/pflag"

	"github.com/telemetrygen/telemetrygen/collector/store"
)

// limitFlags are the bounds on what strangers can add. docs/threats.md tells what
// they leave of an attack.
func (s *settings) limitFlags(flags *pflag.FlagSet) {
	l := store.DefaultLimits()
	s.limits = &l
	flags.Int64Var(&l.RunsPerInstall, "install-runs", l.RunsPerInstall, "runs that one install can add in a day, its first report included; 0 is no limit, here and below")
	flags.Int64Var(&l.RunsPerNetwork, "network-runs", l.RunsPerNetwork, "runs that one network (/24 in IPv4, /48 in IPv6) can add in a day; an IPv6 /32 ten times as many, as below")
	flags.Int64Var(&l.RunsPerNetworkAtOnce, "network-runs-at-once", l.RunsPerNetworkAtOnce, "of these, at once")
	flags.Int64Var(&l.InstallsPerNetwork, "network-installs", l.InstallsPerNetwork, "new installs from one network in a day")
	flags.Int64Var(&l.AppsPerNetwork, "network-apps", l.AppsPerNetwork, "new names of CLIs from one network in a day, where none are listed")
	flags.Int64Var(&l.VersionsPerNetwork, "network-versions", l.VersionsPerNetwork, "new versions from one network in a day, of a CLI without a registered release")
	flags.Int64Var(&l.CommandsPerNetwork, "network-commands", l.CommandsPerNetwork, "new commands from one network in a day, where none are listed")
	flags.Int64Var(&l.SeriesPerNetwork, "network-series", l.SeriesPerNetwork, "new series from one network in a day, other than those of a registered release")
	flags.IntVar(&l.Apps, "max-apps", l.Apps, "CLIs that are neither listed nor registered; one more takes the place of the one with the fewest installs, as below")
	flags.IntVar(&l.Versions, "max-versions", l.Versions, "versions of one CLI without a registered release")
	flags.IntVar(&l.Series, "max-series", l.Series, "series that are kept in memory and sent")
}

// checkLimits names what is below 0.
func checkLimits(flags *pflag.FlagSet) (err error) {
	flags.VisitAll(func(flag *pflag.Flag) {
		if value := flag.Value.String(); (flag.Value.Type() == "int64" || flag.Value.Type() == "int") && value[0] == '-' && err == nil {
			err = fmt.Errorf("--%s %s is less than 0, which is no limit", flag.Name, value)
		}
	})
	return err
}

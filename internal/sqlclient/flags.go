package sqlclient

import (
	"errors"
	"flag"
	"fmt"
)

// Parse reads the arguments of `airglow sql` with flags, which it fills. The
// error is flag.ErrHelp when help was asked for.
func Parse(flags *flag.FlagSet, args []string, lookupEnv func(string) (string, bool)) (Options, error) {
	var o Options
	o.AddFlags(flags)
	flags.StringVar(&o.Execute, "e", "", "run this `SQL` instead of a file")
	flags.StringVar(&o.File, "f", "", "run this `file`; - is standard input, which is also the default")
	flags.BoolVar(&o.Batch, "batch", false, "print values separated by tabs and nothing else")
	flags.BoolVar(&o.ShowWarnings, "show-warnings", false, "print the warnings of each statement")
	flags.BoolVar(&o.Force, "force", false, "go on after an error")
	flags.BoolVar(&o.Echo, "echo", false, "print each statement before its result")
	if err := flags.Parse(args); err != nil {
		return Options{}, err
	}
	if flags.NArg() > 0 {
		return Options{}, fmt.Errorf("unexpected argument %q; give SQL with -e, a file with -f", flags.Arg(0))
	}
	if o.Execute != "" && o.File != "" {
		return Options{}, errors.New("-e and -f exclude each other")
	}
	o.UsePasswordFrom(lookupEnv)
	return o, nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"airglow/internal/app"
	"airglow/internal/config"
)

func modelsSyntax() syntax {
	return syntax{
		name: "models", arguments: "list|check [options] [ID …]",
		summary: "list shows who answers for which model; check tries each of them, says what is wrong\n" +
			"and which setting to change, and ends with 1 if anything is. Both look at the models\n" +
			"of the given ids, and without any at the whole model map of the configuration.",
		list: func(w io.Writer) error {
			fmt.Fprint(w, "  --spend\n        check: call each model with a few words, which its service may charge for\n"+
				"  --timeout DURATION\n        check: how long each may take (default 10s)\n")
			return config.Usage(w)
		},
	}
}

// runModels shows the model map of the configuration, or tries whom it leads to.
func runModels(t terminal, args []string) int {
	how := modelsSyntax()
	flags := how.flags()
	spend := flags.Bool("spend", false, "")
	timeout := flags.Duration("timeout", 10*time.Second, "")
	verb := ""
	if len(args) > 0 && (args[0] == "list" || args[0] == "check") {
		verb, args = args[0], args[1:]
	}
	c, err := config.LoadArguments(flags, args, t.lookupEnv)
	late := slices.IndexFunc(flags.Args(), func(id string) bool { return strings.HasPrefix(id, "-") })
	switch {
	case err == nil && verb == "":
		err = errors.New("write list or check")
	case err == nil && late >= 0:
		err = fmt.Errorf("%s: options go before the ids", flags.Arg(late))
	case err == nil && *timeout <= 0:
		err = errors.New("--timeout: it must be longer than nothing")
	}
	if err != nil {
		return how.misused(t, flags, err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	models, err := app.OpenModels(ctx, c)
	if err != nil {
		return failed(t, "models", err)
	}
	defer func() { _ = models.Close() }() // nothing is left to lose
	list, err := models.List(flags.Args()...)
	if verb == "list" {
		err = errors.Join(printModels(t, list), err)
	} else {
		err = errors.Join(printFindings(t, models.Check(ctx, list, app.CheckOptions{Spend: *spend, Timeout: *timeout})), err)
	}
	if err != nil {
		return failed(t, "models "+verb, err)
	}
	return exitOK
}

func printModels(t terminal, list []app.MappedModel) error {
	if len(list) == 0 {
		return nil
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "MODEL\tSERVICE\tORDER\tPROVIDER\tTARGET\tCAN\tLIMITS")
	for _, m := range list {
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\t%s\t%s\n", m.Model, orDash(m.Service), m.Position, m.Provider, orDash(m.Target), orDash(m.Can), orDash(m.Limits))
	}
	return w.Flush()
}

// errWrong is what check ends with when anything is wrong.
var errWrong = errors.New("not everything that the model map names would answer")

func printFindings(t terminal, findings []app.Finding) error {
	if len(findings) == 0 {
		return nil
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "MODEL\tORDER\tPROVIDER\tTARGET\tRESULT")
	wrong := false
	for _, f := range findings {
		result := "ok: " + f.Found
		if f.Err != nil {
			result, wrong = "FAILS: "+f.Err.Error(), true
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\n", f.Model, f.Position, f.Provider, orDash(f.Target), result)
	}
	if err := w.Flush(); err != nil || !wrong {
		return err
	}
	return errWrong
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

package app

import (
	"errors"
	"fmt"
	"strings"

	"airglow/internal/anthropic"
	"airglow/internal/config"
	"airglow/internal/model"
	"airglow/internal/ollama"
	"airglow/internal/openai"
	"airglow/internal/outbound"
	"airglow/internal/translate"
)

// modelServers sets up the providers of the configuration's model servers. No request is
// made; a server need not be there yet.
func (a *App) modelServers() ([]model.Provider, error) {
	var list []model.Provider
	for i, table := range a.config.Providers {
		provider, err := a.modelServer(table)
		var setting *outbound.SettingError
		switch {
		case errors.As(err, &setting):
			return nil, a.config.ProviderFault(i, setting.Setting, err)
		case err != nil:
			return nil, a.config.ProviderFault(i, "", err)
		}
		list = append(list, provider)
	}
	return list, nil
}

func (a *App) modelServer(p config.Provider) (model.Provider, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	options := clientOptions(p)
	for name, values := range a.via(p.Name) {
		options.Headers[name] = values[0]
	}
	client, err := outbound.New(options)
	if err != nil {
		return nil, err
	}
	a.onStop(func() error { client.Close(); return nil })
	switch p.Kind {
	case "openai":
		return translate.New(openai.New(p.Name, client)), nil
	case "ollama":
		return translate.New(ollama.New(ollama.Options{
			Name: p.Name, Client: client, ContextSize: p.ContextSize, KeepAlive: p.KeepAlive,
		})), nil
	case "anthropic":
		return translate.New(anthropic.New(p.Name, client)), nil
	}
	return nil, fmt.Errorf("kind: nobody knows %q", p.Kind)
}

func clientOptions(p config.Provider) outbound.Options {
	o := outbound.Options{
		Provider: p.Name, URL: p.URL, Key: p.Key, KeyHeader: p.KeyHeader, KeySetting: p.KeySetting(),
		Headers: map[string]string{}, AllowHTTP: p.AllowHTTP, AllowAddresses: p.Prefixes(), Timeout: p.Timeout,
	}
	for name, value := range p.Headers {
		o.Headers[name] = value.Reveal()
	}
	if p.Kind == "anthropic" {
		// The API's own documentation writes the version with the path.
		o.URL = strings.TrimSuffix(strings.TrimSuffix(o.URL, "/"), "/v1")
		if o.KeyHeader == "" {
			o.KeyHeader = anthropic.KeyHeader
		}
	}
	return o
}

package app

import (
	"net"
	"net/http"
	"net/url"
	"os"

	"airglow/internal/bedrockapi"
)

// via is the header by which the endpoint knows requests of this server to a provider,
// which is empty for Amazon's services; nil where there is no endpoint.
func (a *App) via(provider string) http.Header {
	if a.config.Endpoint.Listen == "" {
		return nil
	}
	return http.Header{bedrockapi.ViaHeader: {bedrockapi.Via(a.instance, provider)}}
}

// warnOfLoops tells of settings that lead the server's calls to its own endpoint. Such
// calls are refused when they come: what stands before the endpoint is not known here.
func (a *App) warnOfLoops(endpoint net.Addr) {
	c := a.config.AWS
	addresses := map[string]string{
		"aws.bedrock-endpoint": c.BedrockEndpoint, "aws.sagemaker-endpoint": c.SageMakerEndpoint,
		"aws.comprehend-endpoint": c.ComprehendEndpoint, "aws.sts-endpoint": c.STSEndpoint,
	}
	for _, name := range []string{"", "_BEDROCK_RUNTIME", "_SAGEMAKER_RUNTIME", "_COMPREHEND", "_STS"} {
		addresses["AWS_ENDPOINT_URL"+name] = os.Getenv("AWS_ENDPOINT_URL" + name)
	}
	for _, p := range a.config.Providers {
		addresses["url of provider "+p.Name] = p.URL
	}
	for setting, address := range addresses {
		if leadsTo(address, endpoint) {
			a.logger.Warn("calls to models lead to the server's own endpoint, where they are refused", "setting", setting, "endpoint", endpoint)
		}
	}
}

// leadsTo reports whether a URL is of a listener on this machine, as far as it tells.
func leadsTo(address string, listener net.Addr) bool {
	u, err := url.Parse(address)
	own, ok := listener.(*net.TCPAddr)
	if err != nil || !ok || u.Host == "" {
		return false
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	_, ownPort, err := net.SplitHostPort(own.String())
	ip := net.ParseIP(u.Hostname())
	here := u.Hostname() == "localhost" || ip != nil && (ip.IsLoopback() || ip.IsUnspecified() || ip.Equal(own.IP))
	return err == nil && port == ownPort && here
}

package bedrockapi

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// profilePrefixes are before the id of a foundation model in that of a profile.
var profilePrefixes = []string{"us", "us-gov", "eu", "apac", "global", "jp", "au", "ca"}

// isProfile reports whether an id is that of a system-defined inference profile.
func isProfile(id string) bool {
	prefix, rest, ok := strings.Cut(id, ".")
	return ok && strings.Contains(rest, ".") && slices.Contains(profilePrefixes, prefix)
}

// profileSummary is a profile as ListInferenceProfiles has it.
type profileSummary struct {
	Name        string            `json:"inferenceProfileName"`
	Description string            `json:"description"`
	Created     time.Time         `json:"createdAt"`
	Updated     time.Time         `json:"updatedAt"`
	ARN         string            `json:"inferenceProfileArn"`
	ID          string            `json:"inferenceProfileId"`
	Status      string            `json:"status"`
	Type        string            `json:"type"`
	Models      []profileOfModels `json:"models"`
}

type profileOfModels struct {
	ARN string `json:"modelArn"`
}

// profileTime is when all profiles were made, as far as clients ask: the day of
// the table of known models.
var profileTime = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// localAccount stands where an ARN has the number of an account.
const localAccount = "000000000000"

// profile is a profile for a client of a region.
func profile(id, region string) profileSummary {
	prefix, modelID, _ := strings.Cut(id, ".")
	m, known := findKnown(modelID)
	if !known {
		m = described(modelID)
	}
	return profileSummary{
		Name: strings.ToUpper(prefix) + " " + m.provider + " " + m.name, ID: id,
		Description: "Routes requests to " + m.name + " by the model map.",
		Created:     profileTime, Updated: profileTime, Status: "ACTIVE", Type: "SYSTEM_DEFINED",
		ARN:    "arn:aws:bedrock:" + region + ":" + localAccount + ":inference-profile/" + id,
		Models: []profileOfModels{{"arn:aws:bedrock:" + region + "::foundation-model/" + modelID}},
	}
}

// profiles are the ids of the profiles that a client of a region sees: those of
// the region's part of the world that somebody answers, and all that rules name.
func (c *catalog) profiles(region string) []string {
	var ids []string
	for _, m := range knownModels {
		for _, prefix := range []string{geography(region), "global"} {
			if id := prefix + "." + m.id; m.profiles && c.answers(id) {
				ids = append(ids, id)
			}
		}
	}
	for _, id := range c.named {
		if isProfile(id) && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// geography is the prefix of the profiles of a region.
func geography(region string) string {
	for _, g := range [][2]string{{"us-gov-", "us-gov"}, {"eu-", "eu"}, {"ap-", "apac"}, {"ca-", "ca"}} {
		if strings.HasPrefix(region, g[0]) {
			return g[1]
		}
	}
	return "us"
}

// mostProfiles is how many a page has where the client does not say.
const mostProfiles = 1000

// listProfiles is ListInferenceProfiles. The token of a page is the last id of
// the one before.
func (s *Server) listProfiles(x *exchange) error {
	query := x.r.URL.Query()
	size := mostProfiles
	if text := query.Get("maxResults"); text != "" {
		var err error
		if size, err = strconv.Atoi(text); err != nil || size < 1 || size > mostProfiles {
			return invalid("maxResults must be between 1 and %d.", mostProfiles)
		}
	}
	answer := map[string]any{}
	list := []profileSummary{}
	if kind := query.Get("type"); kind != "APPLICATION" && kind != "" && kind != "SYSTEM_DEFINED" {
		return invalid("type must be SYSTEM_DEFINED or APPLICATION.")
	} else if kind != "APPLICATION" {
		for _, id := range s.models.profiles(x.who.region) {
			if id <= query.Get("nextToken") {
				continue
			}
			if len(list) == size {
				answer["nextToken"] = list[size-1].ID
				break
			}
			list = append(list, profile(id, x.who.region))
		}
	}
	answer["inferenceProfileSummaries"] = list
	return x.sendJSON(answer)
}

// getProfile is GetInferenceProfile.
func (s *Server) getProfile(x *exchange) error {
	id := bareID(x.subject)
	if !isProfile(id) || !s.models.answers(id) {
		return refuse(http.StatusNotFound, "ResourceNotFoundException", "The model map has no such inference profile.")
	}
	return x.sendJSON(profile(id, x.who.region))
}

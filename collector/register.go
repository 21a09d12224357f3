package collector

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// maxRelease bounds the files of a release, in bytes.
const maxRelease = 4 << 20

// register registers a release: PUT with a form whose parts commands and exitcodes are the
// files that telemetrygen generates. The second may be missing. It answers 204, or 400 and
// what is wrong with a file.
func (s *Server) register(w http.ResponseWriter, r *http.Request) {
	release, err := readRelease(w, r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	err = s.config.Store.Register(r.Context(), s.now(), release)
	var refusal *store.Refusal
	switch {
	case errors.As(err, &refusal):
		http.Error(w, refusal.Reason, http.StatusBadRequest)
	case err != nil:
		s.log.Error("a release could not be registered", "app", release.App, "version", release.Version, "error", err)
		http.Error(w, "releases cannot be kept at the moment", http.StatusServiceUnavailable)
	default:
		s.log.Info("a release was registered", "app", release.App, "version", release.Version, "commands", len(release.Commands))
		w.WriteHeader(http.StatusNoContent)
	}
}

// unregister removes a registration. It answers 204, or 404 if there is none.
func (s *Server) unregister(w http.ResponseWriter, r *http.Request) {
	app, version := r.PathValue("app"), r.PathValue("version")
	found, err := false, error(nil)
	if wire.Storable(app) && wire.Storable(version) {
		found, err = s.config.Store.Unregister(r.Context(), app, version)
	}
	switch {
	case err != nil:
		s.log.Error("a registration could not be taken back", "app", app, "version", version, "error", err)
		http.Error(w, "releases cannot be changed at the moment", http.StatusServiceUnavailable)
	case !found:
		http.Error(w, "it is not registered", http.StatusNotFound)
	default:
		s.log.Info("a registration was taken back", "app", app, "version", version)
		w.WriteHeader(http.StatusNoContent)
	}
}

func readRelease(w http.ResponseWriter, r *http.Request) (store.Release, error) {
	release := store.Release{App: r.PathValue("app"), Version: r.PathValue("version")}
	media, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "multipart/form-data" {
		return release, errors.New("send the files as a form: curl -X PUT -F commands=@commands.txt -F exitcodes=@exitcodes.txt")
	}
	form := multipart.NewReader(http.MaxBytesReader(w, r.Body, maxRelease), parameters["boundary"])
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return release, nil
		}
		if err != nil {
			return release, fmt.Errorf("the form could not be read: %w", err)
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return release, fmt.Errorf("%s could not be read: %w", part.FormName(), err)
		}
		switch part.FormName() {
		case "commands":
			release.Commands, err = wire.ParseCommands(data)
		case "exitcodes":
			release.ExitCodes, err = wire.ParseExitCodes(data)
		default:
			return release, fmt.Errorf("a release has commands and exitcodes, not %q", part.FormName())
		}
		if err != nil {
			return release, fmt.Errorf("%s:%w", part.FormName(), err)
		}
	}
}

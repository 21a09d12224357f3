package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

const releaseLong = `Release makes a release known to a collector that runs: its version, the commands
that it has, and what its source calls its exit codes. The API then tells when it
was registered, and which of its commands nobody uses. To register a release
again replaces what was known of it.

It asks the private side for PUT /api/v1/apps/<app>/releases/<version>, with the
token in TELEMETRY_PRIVATE_TOKEN or PRIVATE_TOKEN if there is one. The version is
what the CLI reports: one word, its root command's Version or, if it has none,
what go build stamps from the tag.

Exit status: 0 when the release is registered, 2 for errors.`

const releaseExamples = `  # In a release workflow, from the folder of the CLI's go.mod
  telemetry-collector release --url https://telemetry.example.com:8081 --app pace --version "$GITHUB_REF_NAME"

  # The same without this program
  curl --fail -X PUT -H "Authorization: Bearer $PRIVATE_TOKEN" -F commands=@internal/telemetry/commands.txt \
      -F exitcodes=@internal/telemetry/exitcodes.txt https://telemetry.example.com:8081/api/v1/apps/pace/releases/v1.19.0`

// releaseTimeout bounds the whole request.
const releaseTimeout = 30 * time.Second

func release(getenv environment) *cobra.Command {
	var base, app, version, folder string
	cmd := &cobra.Command{
		Use:     "release --app APP --version VERSION",
		Short:   "Register a release of a CLI with a collector that runs",
		Long:    releaseLong,
		Example: releaseExamples,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if strings.Trim(app, ".") == "" || strings.Trim(version, ".") == "" {
				return errors.New("--app and --version have more than dots: they are parts of an address")
			}
			token, err := getenv.privateToken()
			if err != nil {
				return err
			}
			body, media, err := releaseForm(folder)
			if err != nil {
				return err
			}
			address, err := url.JoinPath(base, "api/v1/apps", url.PathEscape(app), "releases", url.PathEscape(version))
			if err != nil {
				return fmt.Errorf("--url: %w", err)
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), releaseTimeout)
			defer cancel()
			if err := putRelease(ctx, address, media, token, body); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s %s is registered\n", app, version)
			return nil
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&base, "url", "http://127.0.0.1:8081", "the collector's private side")
	flags.StringVar(&app, "app", "", "the first word of its commands")
	flags.StringVar(&version, "version", "", "the version that it reports")
	flags.StringVar(&folder, "folder", filepath.Join("internal", "telemetry"), "folder with commands.txt and exitcodes.txt, as telemetrygen makes them")
	cmd.MarkFlagRequired("app")
	cmd.MarkFlagRequired("version")
	return cmd
}

// releaseForm puts the files of a release into a form. There is no exitcodes.txt
// where the source names no exit code.
func releaseForm(folder string) (body *bytes.Buffer, media string, err error) {
	body = &bytes.Buffer{}
	form := multipart.NewWriter(body)
	for _, name := range []string{"commands", "exitcodes"} {
		data, err := os.ReadFile(filepath.Join(folder, name+".txt"))
		if os.IsNotExist(err) && name == "exitcodes" {
			continue
		}
		if err != nil {
			return nil, "", err
		}
		part, err := form.CreateFormFile(name, name+".txt")
		if err == nil {
			_, err = part.Write(data)
		}
		if err != nil {
			return nil, "", err
		}
	}
	return body, form.FormDataContentType(), form.Close()
}

func putRelease(ctx context.Context, address, media, token string, body io.Reader) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, address, body)
	if err != nil {
		return fmt.Errorf("--url: %w", err)
	}
	request.Header.Set("Content-Type", media)
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(answer.Body, 1<<10))
	if answer.StatusCode != http.StatusNoContent {
		return fmt.Errorf("%s answered %s: %s", address, answer.Status, strings.TrimSpace(string(text)))
	}
	return nil
}

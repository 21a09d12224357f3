package rewrite

import "testing"

// TestNamesConfigFolder: ~/.config is named where what stands behind it is not known,
// or is the app's own name.
func TestNamesConfigFolder(t *testing.T) {
	for src, want := range map[string]bool{
		`home + "/.config"`:                   true,
		`home + "/.config/" + name`:           true,
		`Sprintf("%s/.config/%s", home, x)`:   true,
		`"~/.config/cli/settings"`:            true,
		`os.UserConfigDir()`:                  true,
		`os.Getenv("XDG_CONFIG_HOME")`:        true,
		`"$XDG_CONFIG_HOME/cli/settings"`:     true,
		`Sprintf("XDG_CONFIG_HOME=%s", x)`:    false,
		`append(env, "XDG_CONFIG_HOME="+dir)`: false,
		`".config/cli.toml", ".config/other"`: false,
		`"~/.config/fish/completions"`:        false,
		`".config/mozilla/firefox"`:           false,
		`"~/.config.yaml"`:                    false,
		`".config/other", ".config/cli"`:      true,
	} {
		if at := namesConfigFolder([]byte(src), "cli"); at >= 0 != want {
			t.Errorf("%s: %d", src, at)
		}
	}
}

# shellcheck shell=bash
# Shared by run, test and bench: words, system packages, tools, builds.

say() { printf '\n\033[1m▸ %s\033[0m\n' "$*"; }
note() { printf '  %s\n' "$*"; }
fail() {
    printf '\n\033[1;31m✗ %s\033[0m\n' "$*" >&2
    exit 1
}

# What the window needs to be built and run.
# shellcheck disable=SC2034  # used by those who source this
readonly BUILD_PACKAGES=(build-essential pkg-config libwebkit2gtk-4.1-dev librsvg2-dev libssl-dev
    gnome-keyring dbus-daemon libglib2.0-bin xdg-utils)
# What a window without a screen needs, with a browser and their drivers.
# shellcheck disable=SC2034
readonly SCREEN_PACKAGES=(xvfb xauth x11-utils xdotool imagemagick openbox webkit2gtk-driver at-spi2-core
    fonts-dejavu-core libsecret-tools chromium chromium-driver python3-venv)
# What Rust tests make a disk fail with.
# shellcheck disable=SC2034
readonly FAULT_PACKAGES=(strace)

# Installs the Debian packages of a list that are missing: install_packages WHY PACKAGE…
install_packages() {
    local why=$1 package missing=()
    shift
    for package in "$@"; do
        if [[ $(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null) != ii* ]]; then
            missing+=("$package")
        fi
    done
    ((${#missing[@]})) || return 0
    say "Paquets système ($why) : ${missing[*]}"
    local root=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null || fail "Il faut être root ou avoir sudo pour installer : ${missing[*]}"
        root=(sudo)
    fi
    "${root[@]}" apt-get update -qq || fail "La liste des paquets n'a pas pu être lue (réseau ?)."
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
        >"$(log_file apt)" 2>&1 || { tail -20 "$(log_file apt)" >&2; fail "Les paquets n'ont pas pu être installés."; }
}

# Where long outputs go.
log_file() {
    mkdir -p "$(target_dir)/logs"
    printf '%s/logs/%s.log' "$(target_dir)" "$1"
}

# Cargo's target folder.
target_dir() { printf '%s' "${CARGO_TARGET_DIR:-$PWD/target}"; }

# Stops on systems this script does not know.
check_system() {
    local id="" like=""
    if [[ -r /etc/os-release ]]; then
        id=$(. /etc/os-release && printf '%s' "${ID:-}")
        like=$(. /etc/os-release && printf '%s' "${ID_LIKE:-}")
    fi
    case " $id $like " in
    *" debian "* | *" ubuntu "*) command -v apt-get >/dev/null && return ;;
    esac
    fail "Ce script connaît Debian et Ubuntu ; ici : ${id:-$(uname -s)}.
  Il manque au moins : WebKitGTK 4.1 (ou WebView2, WKWebView), OpenSSL, un trousseau, Rust et Node.js.
  Le guide : README.md, « Autres systèmes »."
}

check_tools() {
    command -v cargo >/dev/null || fail "Rust manque : https://rustup.rs, puis relancez."
    command -v npm >/dev/null || fail "Node.js (20 ou plus) manque : https://nodejs.org, puis relancez."
    local major
    major=$(node -p 'process.versions.node.split(".")[0]')
    ((major >= 20)) || fail "Node.js $major est trop ancien : il faut la version 20 ou plus (https://nodejs.org)."
}

# Installs the npm packages of a folder when its lock file changed.
npm_packages() {
    if [[ ! -e $1/node_modules/.package-lock.json || $1/package-lock.json -nt $1/node_modules/.package-lock.json ]]; then
        (cd "$1" && npm ci --no-audit --no-fund --loglevel=error)
        touch "$1/node_modules/.package-lock.json"
    fi
}

# Builds the user interface when something of it is newer than what was built.
build_ui() {
    local newer
    npm_packages ui
    newer=$(find ui/src ui/messages ui/public ui/index.html ui/vite.config.ts ui/package-lock.json \
        -newer ui/dist/index.html -print -quit 2>/dev/null || true)
    if [[ ! -e ui/dist/index.html || -n $newer ]]; then
        (cd ui && npm run --silent build)
    fi
}

# One selection for every release build: another would build shared crates with other features.
build_release() {
    cargo build --release -p prestataires -p presta-platform -p presta-bridge -p presta-cli -p desktop
}

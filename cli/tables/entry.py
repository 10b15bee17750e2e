"""What one starts with: scoring in one command, signing in, settings, and az's own housekeeping."""

from cli.command import Command

GROUPS = {
    "account": "Who is signed in, and to what.",
    "config": "Settings of this command line.",
    "extension": "Extensions of az: none is needed here.",
    "group": "The service's resource group.",
}

_ACCOUNTS = "[].{Name:name, SubscriptionId:id, TenantId:tenantId, State:state, IsDefault:isDefault}"
_SETTINGS = "[].{Name:name, Value:value, Source:source}"

COMMANDS = (
    Command("score", "score#score", "Score files with a model: everything else is arranged."),
    Command("init", "init#init", "Write an endpoint and a deployment file for a model folder."),
    Command(
        "doctor",
        "doctor#examine",
        "Say what is wrong with a model, a deployment file or the service.",
        table="[].{Check:check, Status:status, Finding:finding, Fix:fix}",
    ),
    Command("studio", "studio#studio", "Open the Studio in a browser, signed in."),
    Command("login", "login#login", "Sign in to a service.", table=_ACCOUNTS),
    Command("logout", "login#logout", "Forget the sign-in, and its tokens."),
    Command("account show", "account#show", "Show who is signed in, and to what."),
    Command("account list", "account#list_all", "List the subscriptions.", table=_ACCOUNTS),
    Command("account set", "account#choose", "Choose a subscription: the service has one."),
    Command("account get-access-token", "account#get_access_token", "Print a bearer token."),
    Command(
        "configure", "config#configure", "Set or list default values of flags.", table=_SETTINGS
    ),
    Command("config set", "config#set_values", "Set values of settings."),
    Command("config get", "config#get_values", "Get one value, a section, or all."),
    Command("config unset", "config#unset_values", "Remove values."),
    Command("group show", "group#show", "Show the service's resource group."),
    Command("extension add", "extension#add", "Nothing to add: what 'ml' does is built in."),
    Command("extension update", "extension#add", "Nothing to update: see 'bep upgrade'."),
    Command("extension remove", "extension#remove", "Nothing to remove."),
    Command("extension list", "extension#list_all", "List what is built in."),
    Command("extension show", "extension#show", "Show what is built in under a name."),
    Command("version", "program#version", "Show the version."),
    Command("upgrade", "program#upgrade", "Say how this program is brought up to date."),
    Command("az-shim", "program#az_shim", 'Put an `az` on PATH: eval "$(bep az-shim)".'),
)

# Completion of the command arcidentity, by `arcidentity completions fish`.

# Whether this command is the one on the line, and no program stands behind "--". Without a name: whether there is none.
function __arcidentity_command
    set -l words (commandline -opc)
    test "$words[2]" = "$argv[1]"; and not contains -- -- $words
end

# Whether what this command is about may come next. The other arguments are its options that take a value.
function __arcidentity_operand
    __arcidentity_command $argv[1]; or return
    set -l words (commandline -opc)
    set -l is_value no
    for word in $words[3..-1]
        if test $is_value = yes
            set is_value no
        else if contains -- $word $argv[2..-1]
            set is_value yes
        else if not string match --quiet -- '-*' $word
            return 1
        end
    end
    return 0
end

# Whether a program and its arguments stand behind "--".
function __arcidentity_has_program
    set -l words (commandline -opc)
    contains -- "$words[2]" run emulator; and contains -- -- $words
end

# Completes that program.
function __arcidentity_program
    set -l words (commandline -opc)
    set -l end (contains --index -- -- $words)
    set -l program (string escape -- $words[(math $end + 1)..-1])
    complete --do-complete (string join ' ' -- $program (commandline -ct))
end

complete --command arcidentity --no-files
complete --command arcidentity --condition __arcidentity_has_program --arguments '(__arcidentity_program)'

# access tokens for the managed identity of an Azure Arc machine
complete --command arcidentity --condition '__arcidentity_operand \'\'' --arguments 'token\\t"print an access token" run\\t"run a program that does not know Arc, with tokens" metadata\\t"print what Azure knows of this machine" doctor\\t"say why there is no token, and how to mend it" emulator\\t"play the Azure Arc agent, for tests and development" completions\\t"print what completes this command in a shell" help\\t"show what a command does, its options and examples"'
complete --command arcidentity --condition '__arcidentity_command \'\'' --short-option h --long-option help --description 'show this help'
complete --command arcidentity --condition '__arcidentity_command \'\'' --short-option V --long-option version --description 'show the version, and what agents and clouds it is for'

# print an access token
complete --command arcidentity --condition '__arcidentity_operand token -o --output --endpoint --key-directory --timeout --client-id --object-id --resource-id' --arguments 'arm\\t"Azure Resource Manager" keyvault\\t"Key Vault" storage\\t"Azure Storage" graph\\t"Microsoft Graph" sql\\t"Azure SQL" postgresql\\t"Azure Database for PostgreSQL and MySQL" mysql\\t"Azure Database for PostgreSQL and MySQL" monitor\\t"Azure Monitor" loganalytics\\t"Log Analytics" servicebus\\t"Service Bus" eventhubs\\t"Event Hubs" appconfig\\t"App Configuration" cosmosdb\\t"Azure Cosmos DB" dataexplorer\\t"Azure Data Explorer" redis\\t"Azure Cache for Redis and Azure Managed Redis" cognitiveservices\\t"Azure AI services and Azure OpenAI" containerregistry\\t"Azure Container Registry" batch\\t"Azure Batch" aks\\t"Azure Kubernetes Service" devops\\t"Azure DevOps" federation\\t"workload identity federation"'
complete --command arcidentity --condition '__arcidentity_command token' --short-option o --long-option output --description 'what is printed [token]' --exclusive --arguments 'token\\t"the token" header\\t"Authorization: Bearer TOKEN" json\\t"an object with token, token_type, expires_on and refresh_on (seconds since 1970), resource" az\\t"what `az account get-access-token` prints" imds\\t"what IMDS and App Service answer"'
complete --command arcidentity --condition '__arcidentity_command token' --long-option json --description 'the same as --output json'
complete --command arcidentity --condition '__arcidentity_command token' --long-option force-refresh --description 'a new token, not the one that the agent remembers'
complete --command arcidentity --condition '__arcidentity_command token' --long-option endpoint --description 'where the agent listens, always on this machine' --exclusive
complete --command arcidentity --condition '__arcidentity_command token' --long-option key-directory --description 'the only directory that keys are read from' --exclusive --arguments '(__fish_complete_directories)'
complete --command arcidentity --condition '__arcidentity_command token' --long-option timeout --description 'the longest wait, retries included; may be a fraction' --exclusive
complete --command arcidentity --condition '__arcidentity_command token' --long-option client-id --description 'the user-assigned identity with this client id' --exclusive
complete --command arcidentity --condition '__arcidentity_command token' --long-option object-id --description 'the user-assigned identity with this object id' --exclusive
complete --command arcidentity --condition '__arcidentity_command token' --long-option resource-id --description 'the user-assigned identity with this Azure resource id' --exclusive
complete --command arcidentity --condition '__arcidentity_command token' --long-option no-verify-agent --description 'do not check who holds the agent\'s port'
complete --command arcidentity --condition '__arcidentity_command token' --short-option v --long-option verbose --description 'show each step of the exchange with the agent'
complete --command arcidentity --condition '__arcidentity_command token' --short-option q --long-option quiet --description 'show nothing but errors on standard error'
complete --command arcidentity --condition '__arcidentity_command token' --short-option h --long-option help --description 'show this help'

# run a program that does not know Arc, with tokens
complete --command arcidentity --condition '__arcidentity_command run' --long-option resource --description 'give tokens for this; may be given several times' --exclusive --arguments 'arm\\t"Azure Resource Manager" keyvault\\t"Key Vault" storage\\t"Azure Storage" graph\\t"Microsoft Graph" sql\\t"Azure SQL" postgresql\\t"Azure Database for PostgreSQL and MySQL" mysql\\t"Azure Database for PostgreSQL and MySQL" monitor\\t"Azure Monitor" loganalytics\\t"Log Analytics" servicebus\\t"Service Bus" eventhubs\\t"Event Hubs" appconfig\\t"App Configuration" cosmosdb\\t"Azure Cosmos DB" dataexplorer\\t"Azure Data Explorer" redis\\t"Azure Cache for Redis and Azure Managed Redis" cognitiveservices\\t"Azure AI services and Azure OpenAI" containerregistry\\t"Azure Container Registry" batch\\t"Azure Batch" aks\\t"Azure Kubernetes Service" devops\\t"Azure DevOps" federation\\t"workload identity federation"'
complete --command arcidentity --condition '__arcidentity_command run' --long-option any-resource --description 'give tokens for whatever is asked for'
complete --command arcidentity --condition '__arcidentity_command run' --long-option url-variable --description 'set NAME to a URL with a secret in it' --exclusive
complete --command arcidentity --condition '__arcidentity_command run' --long-option terraform --description 'the same for Terraform and Packer'
complete --command arcidentity --condition '__arcidentity_command run' --long-option endpoint --description 'where the agent listens, always on this machine' --exclusive
complete --command arcidentity --condition '__arcidentity_command run' --long-option key-directory --description 'the only directory that keys are read from' --exclusive --arguments '(__fish_complete_directories)'
complete --command arcidentity --condition '__arcidentity_command run' --long-option timeout --description 'the longest wait, retries included; may be a fraction' --exclusive
complete --command arcidentity --condition '__arcidentity_command run' --long-option client-id --description 'the user-assigned identity with this client id' --exclusive
complete --command arcidentity --condition '__arcidentity_command run' --long-option object-id --description 'the user-assigned identity with this object id' --exclusive
complete --command arcidentity --condition '__arcidentity_command run' --long-option resource-id --description 'the user-assigned identity with this Azure resource id' --exclusive
complete --command arcidentity --condition '__arcidentity_command run' --long-option no-verify-agent --description 'do not check who holds the agent\'s port'
complete --command arcidentity --condition '__arcidentity_command run' --short-option v --long-option verbose --description 'show each step of the exchange with the agent'
complete --command arcidentity --condition '__arcidentity_command run' --short-option q --long-option quiet --description 'show nothing but errors on standard error'
complete --command arcidentity --condition '__arcidentity_command run' --short-option h --long-option help --description 'show this help'
complete --command arcidentity --condition '__arcidentity_command run' --arguments -- --description 'a program'

# print what Azure knows of this machine
complete --command arcidentity --condition '__arcidentity_operand metadata -o --output --endpoint --key-directory --timeout --client-id --object-id --resource-id' --arguments '/compute/name\\t"the machine\'s name in Azure" /compute/location\\t"the region" /compute/resourceId\\t"the Azure resource id" /compute/resourceGroupName\\t"the resource group" /compute/subscriptionId\\t"the subscription" /compute/vmId\\t"the id of the machine" /compute/osType\\t"the operating system" /compute/azEnvironment\\t"the cloud" /compute/tagsList\\t"the tags"'
complete --command arcidentity --condition '__arcidentity_command metadata' --short-option o --long-option output --description 'what is printed [text]' --exclusive --arguments 'text\\t"a text without quotes, anything else as JSON" json\\t"a text as JSON too"'
complete --command arcidentity --condition '__arcidentity_command metadata' --long-option json --description 'the same as --output json'
complete --command arcidentity --condition '__arcidentity_command metadata' --long-option endpoint --description 'where the agent listens, always on this machine' --exclusive
complete --command arcidentity --condition '__arcidentity_command metadata' --long-option key-directory --description 'the only directory that keys are read from' --exclusive --arguments '(__fish_complete_directories)'
complete --command arcidentity --condition '__arcidentity_command metadata' --long-option timeout --description 'the longest wait, retries included; may be a fraction' --exclusive
complete --command arcidentity --condition '__arcidentity_command metadata' --long-option client-id --description 'the user-assigned identity with this client id' --exclusive
complete --command arcidentity --condition '__arcidentity_command metadata' --long-option object-id --description 'the user-assigned identity with this object id' --exclusive
complete --command arcidentity --condition '__arcidentity_command metadata' --long-option resource-id --description 'the user-assigned identity with this Azure resource id' --exclusive
complete --command arcidentity --condition '__arcidentity_command metadata' --long-option no-verify-agent --description 'do not check who holds the agent\'s port'
complete --command arcidentity --condition '__arcidentity_command metadata' --short-option v --long-option verbose --description 'show each step of the exchange with the agent'
complete --command arcidentity --condition '__arcidentity_command metadata' --short-option q --long-option quiet --description 'show nothing but errors on standard error'
complete --command arcidentity --condition '__arcidentity_command metadata' --short-option h --long-option help --description 'show this help'

# say why there is no token, and how to mend it
complete --command arcidentity --condition '__arcidentity_operand doctor -o --output --report --endpoint --key-directory --timeout --client-id --object-id --resource-id' --arguments 'arm\\t"Azure Resource Manager" keyvault\\t"Key Vault" storage\\t"Azure Storage" graph\\t"Microsoft Graph" sql\\t"Azure SQL" postgresql\\t"Azure Database for PostgreSQL and MySQL" mysql\\t"Azure Database for PostgreSQL and MySQL" monitor\\t"Azure Monitor" loganalytics\\t"Log Analytics" servicebus\\t"Service Bus" eventhubs\\t"Event Hubs" appconfig\\t"App Configuration" cosmosdb\\t"Azure Cosmos DB" dataexplorer\\t"Azure Data Explorer" redis\\t"Azure Cache for Redis and Azure Managed Redis" cognitiveservices\\t"Azure AI services and Azure OpenAI" containerregistry\\t"Azure Container Registry" batch\\t"Azure Batch" aks\\t"Azure Kubernetes Service" devops\\t"Azure DevOps" federation\\t"workload identity federation"'
complete --command arcidentity --condition '__arcidentity_command doctor' --short-option o --long-option output --description 'what is printed [text]' --exclusive --arguments 'text\\t"for people" json\\t"one object: version, library, ok, status, resource and checks, each with id, title, outcome, seen, remedy and details"'
complete --command arcidentity --condition '__arcidentity_command doctor' --long-option json --description 'the same as --output json'
complete --command arcidentity --condition '__arcidentity_command doctor' --long-option report --description 'a report on what the agent does, to be given away' --require-parameter --force-files
complete --command arcidentity --condition '__arcidentity_command doctor' --long-option endpoint --description 'where the agent listens, always on this machine' --exclusive
complete --command arcidentity --condition '__arcidentity_command doctor' --long-option key-directory --description 'the only directory that keys are read from' --exclusive --arguments '(__fish_complete_directories)'
complete --command arcidentity --condition '__arcidentity_command doctor' --long-option timeout --description 'the longest wait, retries included; may be a fraction' --exclusive
complete --command arcidentity --condition '__arcidentity_command doctor' --long-option client-id --description 'the user-assigned identity with this client id' --exclusive
complete --command arcidentity --condition '__arcidentity_command doctor' --long-option object-id --description 'the user-assigned identity with this object id' --exclusive
complete --command arcidentity --condition '__arcidentity_command doctor' --long-option resource-id --description 'the user-assigned identity with this Azure resource id' --exclusive
complete --command arcidentity --condition '__arcidentity_command doctor' --long-option no-verify-agent --description 'do not check who holds the agent\'s port'
complete --command arcidentity --condition '__arcidentity_command doctor' --short-option v --long-option verbose --description 'show each step of the exchange with the agent'
complete --command arcidentity --condition '__arcidentity_command doctor' --short-option q --long-option quiet --description 'show nothing but errors on standard error'
complete --command arcidentity --condition '__arcidentity_command doctor' --short-option h --long-option help --description 'show this help'

# play the Azure Arc agent, for tests and development
complete --command arcidentity --condition '__arcidentity_command emulator' --long-option port --description 'the port to listen on; 40342 is the agent\'s [a free one]' --exclusive
complete --command arcidentity --condition '__arcidentity_command emulator' --long-option key-directory --description 'where key files are written' --exclusive --arguments '(__fish_complete_directories)'
complete --command arcidentity --condition '__arcidentity_command emulator' --long-option lifetime --description 'how long tokens are valid [86400]' --exclusive
complete --command arcidentity --condition '__arcidentity_command emulator' --long-option like --description 'play the agent of a report by `arcidentity doctor --report`' --require-parameter --force-files
complete --command arcidentity --condition '__arcidentity_command emulator' --long-option lenient --description 'a token for everything'
complete --command arcidentity --condition '__arcidentity_command emulator' --short-option q --long-option quiet --description 'show no requests, and with COMMAND nothing but errors'
complete --command arcidentity --condition '__arcidentity_command emulator' --short-option h --long-option help --description 'show this help'
complete --command arcidentity --condition '__arcidentity_command emulator' --arguments -- --description 'a program'

# print what completes this command in a shell
complete --command arcidentity --condition '__arcidentity_operand completions' --arguments 'bash\\t"bash 4.4 or later" zsh\\t"zsh 5.0 or later" fish\\t"fish 3.1 or later" powershell\\t"PowerShell 5.1 or later"'
complete --command arcidentity --condition '__arcidentity_command completions' --short-option h --long-option help --description 'show this help'

# show what a command does, its options and examples
complete --command arcidentity --condition '__arcidentity_operand help' --arguments 'token\\t"print an access token" run\\t"run a program that does not know Arc, with tokens" metadata\\t"print what Azure knows of this machine" doctor\\t"say why there is no token, and how to mend it" emulator\\t"play the Azure Arc agent, for tests and development" completions\\t"print what completes this command in a shell" help\\t"show what a command does, its options and examples"'
complete --command arcidentity --condition '__arcidentity_command help' --short-option h --long-option help --description 'show this help'

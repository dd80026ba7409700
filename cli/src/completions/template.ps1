# Completion of the command arcidentity, by `arcidentity completions powershell`.

Register-ArgumentCompleter -Native -CommandName 'arcidentity' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    # The words before the one that is completed, without the program.
    $words = @($commandAst.CommandElements |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        Select-Object -Skip 1 |
        ForEach-Object { $_.Extent.Text })
    $command = if ($words.Count) { $words[0] } else { '' }
    $option = if ($words.Count -gt 1) { $words[-1] } else { '' }
    # Of short options in one word the last one may take a value.
    if ($option -cmatch '^-[^-]+(.)$') { $option = "-$($Matches[1])" }

    # Behind "--" stands a program.
    if ($command -cin @({with_program}) -and $words -ccontains '--') {
        if ($option -ceq '--') {
            [System.Management.Automation.CompletionCompleters]::CompleteCommand($wordToComplete)
        }
        return
    }

    # Each is NAME=MEANING.
    $known = @(switch -CaseSensitive ("$command $option") {
{values}
        default {
            switch -CaseSensitive ($command) {
{commands}
            }
        }
    })
    $known | Where-Object { $_.StartsWith($wordToComplete, [System.StringComparison]::Ordinal) } | ForEach-Object {
        $name, $meaning = $_ -split '=', 2
        $kind = if ($name.StartsWith('-')) { 'ParameterName' } else { 'ParameterValue' }
        [System.Management.Automation.CompletionResult]::new($name, $name, $kind, $meaning)
    }
}

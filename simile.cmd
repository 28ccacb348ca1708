@echo off
rem Starts Simile from the clone: builds it once, then runs it. After a change of the sources delete the folder artifacts.
setlocal
set "out=%~dp0artifacts\simile"
if not exist "%out%\Simile.Cli.dll" (
  echo Building Simile, once, about a minute ... 1>&2
  dotnet publish "%~dp0src\Simile.Cli" -c Release --use-current-runtime --self-contained false -p:PublishReadyToRun=true -p:DebugType=none -o "%out%" 1>&2 || exit /b 1
)
dotnet "%out%\Simile.Cli.dll" %*

using MudBlazor;

namespace Distributed.Dashboard.Layout;

/// <summary>Colours and type: fonts of the system, and contrasts of at least 4.5 to 1.</summary>
internal static class PageTheme
{
    private static readonly string[] Fonts = ["system-ui", "Segoe UI", "Helvetica Neue", "Arial", "sans-serif"];

    /// <summary>The theme, light and dark.</summary>
    public static MudTheme Theme { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#0b5cad",
            AppbarBackground = "#102a43",
            AppbarText = "#ffffff",
            Background = "#f5f7fa",
            Surface = "#ffffff",
            DrawerBackground = "#ffffff",
            DrawerText = "#243b53",
            DrawerIcon = "#486581",
            TextPrimary = "#102a43",
            TextSecondary = "#486581",
            Success = "#0f7038",
            Warning = "#8f5200",
            Error = "#b3261e",
            Info = "#0b5cad",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#7cc0ff",
            PrimaryContrastText = "#0b1a29",
            AppbarBackground = "#0b1a29",
            AppbarText = "#f0f4f8",
            Background = "#101d2b",
            Surface = "#172a3d",
            DrawerBackground = "#132436",
            DrawerText = "#d9e2ec",
            DrawerIcon = "#bcccdc",
            TextPrimary = "#f0f4f8",
            TextSecondary = "#bcccdc",
            Success = "#6fdc98",
            SuccessContrastText = "#0b1a29",
            Warning = "#ffc46b",
            WarningContrastText = "#0b1a29",
            Error = "#ffa29b",
            ErrorContrastText = "#0b1a29",
            Info = "#7cc0ff",
            InfoContrastText = "#0b1a29",
            ActionDefault = "#bcccdc",
            LinesDefault = "#2f455b",
            TableLines = "#2f455b",
            Divider = "#2f455b",
        },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Fonts },
            Button = new ButtonTypography { FontFamily = Fonts, TextTransform = "none" },
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "6px" },
    };
}
